import { dashboard, graph, row } from './panel.ts'

export const machine = dashboard(
  'machine',
  'Processes, databases, machine',
  'What it all runs on. The two lower parts need their exporters.',
  [
    graph({
      title: 'Processors in use',
      description: 'JavaScript has one; the rest is compression, passwords and the like.',
      unit: 'short',
      limit: 0.9,
      queries: [
        { expr: 'max by (service) (rate(process_cpu_seconds_total{job="shopfleet"}[5m]))', legend: '{{service}}' },
      ],
    }),
    graph({
      title: 'Memory',
      description: 'Resident, of what the process may have.',
      unit: 'percentunit',
      limit: 0.85,
      queries: [
        {
          expr: 'max by (service) (process_resident_memory_bytes{job="shopfleet"} / process_memory_limit_bytes)',
          legend: '{{service}}',
        },
      ],
    }),
    graph({
      title: 'Event loop',
      description: 'How late it is, p99. Everything a process does waits so long.',
      unit: 's',
      limit: 0.25,
      queries: [{ expr: 'max by (service) (nodejs_eventloop_lag_p99_seconds)', legend: '{{service}}' }],
    }),
    graph({
      title: 'Heap',
      description: 'In use, of how far it may grow.',
      unit: 'percentunit',
      limit: 0.85,
      queries: [
        {
          expr: 'max by (service) (nodejs_heap_size_used_bytes / nodejs_heap_size_limit_bytes)',
          legend: '{{service}}',
        },
      ],
    }),
    graph({
      title: 'Collecting garbage',
      description: 'Of the time.',
      unit: 'percentunit',
      queries: [
        {
          expr: 'max by (service) (sum without (kind) (rate(nodejs_gc_duration_seconds_sum[5m])))',
          legend: '{{service}}',
        },
      ],
    }),
    graph({
      title: 'Database connections',
      description: 'In use, of what a service may have.',
      unit: 'percentunit',
      limit: 0.9,
      max: 1,
      queries: [{ expr: 'max by (service) (db_connections_active / db_connections_max)', legend: '{{service}}' }],
    }),
    graph({
      title: 'Statements waiting',
      description: 'For a connection. More than now and then is bad.',
      unit: 'short',
      queries: [{ expr: 'max by (service) (db_queries_waiting)', legend: '{{service}}' }],
    }),
    row('PostgreSQL (postgres-exporter)'),
    graph({
      title: 'Connections',
      description: 'By database, and how many there may be.',
      unit: 'short',
      queries: [
        { expr: 'sum by (datname) (pg_stat_database_numbackends{datname=~"shopfleet.*"})', legend: '{{datname}}' },
        { expr: 'max(pg_settings_max_connections)', legend: 'at most' },
      ],
    }),
    graph({
      title: 'Transactions',
      description: 'A second.',
      unit: 'short',
      queries: [
        {
          expr: 'sum by (datname) (rate(pg_stat_database_xact_commit{datname=~"shopfleet.*"}[5m]))',
          legend: '{{datname}}',
        },
        { expr: 'sum(rate(pg_stat_database_xact_rollback{datname=~"shopfleet.*"}[5m]))', legend: 'rolled back' },
      ],
    }),
    graph({
      title: 'Found in memory',
      description: 'Pages that need not be read. Much below 99 % the memory is too small.',
      unit: 'percentunit',
      max: 1,
      queries: [
        {
          expr: 'sum(rate(pg_stat_database_blks_hit[5m])) / (sum(rate(pg_stat_database_blks_hit[5m])) + sum(rate(pg_stat_database_blks_read[5m])))',
          legend: 'hits',
        },
      ],
    }),
    graph({
      title: 'Size',
      description: 'By database.',
      unit: 'bytes',
      stacked: true,
      queries: [{ expr: 'max by (datname) (pg_database_size_bytes{datname=~"shopfleet.*"})', legend: '{{datname}}' }],
    }),
    graph({
      title: 'Longest transaction',
      description: 'By database.',
      unit: 's',
      limit: 300,
      queries: [
        { expr: 'max by (datname) (pg_stat_activity_max_tx_duration{datname=~"shopfleet.*"})', legend: '{{datname}}' },
      ],
    }),
    graph({
      title: 'Replicas',
      description: 'Write-ahead log they have not got yet. Whoever keeps backups is one.',
      unit: 'bytes',
      queries: [
        { expr: 'max by (application_name) (pg_stat_replication_pg_wal_lsn_diff)', legend: '{{application_name}}' },
      ],
    }),
    row('Machine (node-exporter)'),
    graph({
      title: 'Processors',
      description: 'In use, of all.',
      unit: 'percentunit',
      max: 1,
      queries: [
        { expr: '1 - avg by (instance) (rate(node_cpu_seconds_total{mode="idle"}[5m]))', legend: '{{instance}}' },
      ],
    }),
    graph({
      title: 'Memory available',
      description: 'Of all.',
      unit: 'percentunit',
      max: 1,
      queries: [{ expr: 'node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes', legend: '{{instance}}' }],
    }),
    graph({
      title: 'Disk left',
      description: 'Of all.',
      unit: 'percentunit',
      max: 1,
      queries: [
        {
          expr: 'node_filesystem_avail_bytes{fstype!~"tmpfs|overlay|squashfs"} / node_filesystem_size_bytes',
          legend: '{{instance}} {{mountpoint}}',
        },
      ],
    }),
  ],
)
