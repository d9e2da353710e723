import { dashboard, graph, row, stat } from './panel.ts'
import { rate } from './promql.ts'

export const platform = dashboard(
  'platform',
  'Platform',
  'Requests, errors and durations of each service, and the promises to shoppers.',
  [
    stat({
      title: 'Services up',
      description: 'Places that answer, of those known.',
      unit: 'percentunit',
      bad: 1,
      low: true,
      expr: 'avg(up{job="shopfleet"})',
    }),
    stat({
      title: 'Alerts',
      description: 'That fire now, of whatever severity.',
      unit: 'short',
      bad: 1,
      expr: 'count(ALERTS{alertstate="firing"}) or vector(0)',
    }),
    stat({
      title: 'Budget left',
      description:
        'Of the failures a journey may have (one in a thousand) over three days. Below zero the promise is broken.',
      unit: 'percentunit',
      bad: 0.2,
      low: true,
      width: 8,
      expr: '1 - journey:errors:ratio3d / 0.001',
      legend: '{{journey}}',
    }),
    stat({
      title: 'p95 now',
      description: 'Of nineteen in twenty requests of a journey, at the gateway.',
      unit: 's',
      bad: 1,
      width: 8,
      expr: 'journey:duration_seconds:p95_5m',
      legend: '{{journey}}',
    }),
    row('Each service'),
    graph({
      title: 'Requests',
      description: 'A second.',
      unit: 'reqps',
      queries: [{ expr: 'service:requests:rate5m', legend: '{{service}}' }],
    }),
    graph({
      title: 'Failed',
      description: 'Answers of 500 and above, of all.',
      unit: 'percentunit',
      limit: 0.05,
      queries: [{ expr: 'service:errors:ratio5m', legend: '{{service}}' }],
    }),
    graph({
      title: 'p95',
      description: 'Nineteen in twenty answers are quicker.',
      unit: 's',
      limit: 1,
      queries: [{ expr: 'service:duration_seconds:p95_5m', legend: '{{service}}' }],
    }),
    row('Operations'),
    graph({
      title: 'Most asked for',
      description: 'A second, at the gateway.',
      unit: 'reqps',
      queries: [
        {
          expr: `topk(8, ${rate('http_requests_total', 'operation', '{service="gateway"}')})`,
          legend: '{{operation}}',
        },
      ],
    }),
    graph({
      title: 'Failing',
      description: 'Answers of 500 and above, a second. Empty is good.',
      unit: 'reqps',
      queries: [
        {
          expr: `topk(8, ${rate('http_requests_total', 'service, operation, status', '{status=~"5.."}')})`,
          legend: '{{service}} {{operation}} {{status}}',
        },
      ],
    }),
    graph({
      title: 'Slowest',
      description: 'p95 by operation.',
      unit: 's',
      queries: [{ expr: 'topk(8, operation:duration_seconds:p95_5m)', legend: '{{service}} {{operation}}' }],
    }),
    row('Gateway'),
    graph({
      title: 'Public reads',
      description:
        'Where the answer came from: kept and fresh, kept and a little old, asked for together with others, asked for.',
      unit: 'reqps',
      stacked: true,
      queries: [{ expr: rate('gateway_reads_total', 'outcome'), legend: '{{outcome}}' }],
    }),
    graph({
      title: 'Answered from memory',
      description: 'Of the public reads.',
      unit: 'percentunit',
      max: 1,
      queries: [
        {
          expr: 'sum(rate(gateway_reads_total{outcome=~"fresh|stale|joined"}[5m])) / sum(rate(gateway_reads_total{outcome!="renewed"}[5m]))',
          legend: 'hits',
        },
      ],
    }),
    graph({
      title: 'Refused',
      description: 'A second: for want of capacity, by class; and callers that asked too often.',
      unit: 'reqps',
      queries: [
        { expr: rate('gateway_shed_total', 'class'), legend: 'shed: {{class}}' },
        { expr: 'sum(rate(http_requests_total{service="gateway", status="429"}[5m]))', legend: 'too often' },
      ],
    }),
    graph({
      title: 'Under way',
      description: 'Requests at the gateway that are not answered yet.',
      unit: 'short',
      queries: [{ expr: 'sum(gateway_in_flight)', legend: 'requests' }],
    }),
    graph({
      title: 'Circuits open',
      description: 'Who no longer asks whom, because it failed too often. Empty is good.',
      unit: 'short',
      max: 1,
      queries: [{ expr: 'max by (service, target) (circuit_breaker_open) > 0', legend: '{{service}} → {{target}}' }],
    }),
    graph({
      title: 'Kept answers',
      description: 'Memory they take.',
      unit: 'bytes',
      queries: [{ expr: 'sum(gateway_kept_bytes)', legend: 'kept' }],
    }),
  ],
)
