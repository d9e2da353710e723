import { dashboard, graph, stat } from './panel.ts'
import { rate } from './promql.ts'

export const events = dashboard(
  'events',
  'Events and messages',
  'What services tell each other, and what the shop tells people.',
  [
    stat({
      title: 'Dead letters',
      description: 'Events that could not be applied, over all services.',
      unit: 'short',
      bad: 1,
      expr: 'sum(max by (service) (dead_letters))',
    }),
    stat({
      title: 'Longest in an outbox',
      description: 'Said, and not told yet.',
      unit: 's',
      bad: 60,
      expr: 'max(outbox_oldest_seconds)',
    }),
    stat({
      title: 'Furthest behind',
      description: 'Told, and not heard yet by somebody who listens.',
      unit: 's',
      bad: 120,
      expr: 'max(event_lag_seconds)',
    }),
    stat({
      title: 'Messages waiting',
      description: 'To customers.',
      unit: 'short',
      expr: 'max(messages_queued)',
    }),
    stat({
      title: 'Longest waiting',
      description: 'Of those whose turn it is.',
      unit: 's',
      bad: 900,
      expr: 'max(messages_queued_oldest_seconds)',
    }),
    stat({
      title: 'Messages given up',
      description: 'Until somebody sends them again.',
      unit: 'short',
      bad: 1,
      expr: 'max(messages_failed)',
    }),
    graph({
      title: 'Outboxes',
      description: 'Events that wait for the relay. Ten thousand is as far as it counts.',
      unit: 'short',
      queries: [{ expr: 'max by (service) (outbox_events)', legend: '{{service}}' }],
    }),
    graph({
      title: 'Outboxes: the first has waited',
      description: 'Below a second is usual.',
      unit: 's',
      limit: 60,
      queries: [{ expr: 'max by (service) (outbox_oldest_seconds)', legend: '{{service}}' }],
    }),
    graph({
      title: 'Behind the event log',
      description: 'How long the first event that was not heard has waited.',
      unit: 's',
      limit: 120,
      queries: [{ expr: 'max by (service, topic) (event_lag_seconds)', legend: '{{service}} ← {{topic}}' }],
    }),
    graph({
      title: 'Dead letters',
      description: 'Until somebody replays or discards them.',
      unit: 'short',
      queries: [{ expr: 'max by (service) (dead_letters)', legend: '{{service}}' }],
    }),
    graph({
      title: 'Background failures',
      description: 'A minute, by kind. They are tried again; many in a row are bad.',
      unit: 'short',
      queries: [{ expr: `60 * ${rate('background_errors_total', 'service, kind')}`, legend: '{{service}}: {{kind}}' }],
    }),
    graph({
      title: 'Webhooks',
      description: "Deliveries to other people's systems, a minute.",
      unit: 'short',
      queries: [{ expr: `60 * ${rate('webhook_deliveries_total', 'outcome')}`, legend: '{{outcome}}' }],
    }),
  ],
)
