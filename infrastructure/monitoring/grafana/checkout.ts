import { dashboard, graph, row, stat } from './panel.ts'
import { p95, rate } from './promql.ts'

const steps =
  '{operation=~"priceProducts|readCartForOrder|reserveStock|authorisePayment|commitReservation|captureForOrder|closePayments|releaseReservation"}'
export const checkout = dashboard(
  'checkout',
  'Checkout',
  'A purchase step by step: what is slow, what fails, what is stuck.',
  [
    stat({
      title: 'Orders on their way',
      description: 'Being paid, held or undone now.',
      unit: 'short',
      expr: 'max(orders_unfinished)',
    }),
    stat({
      title: 'Longest without a move',
      description: 'Of those. Ten minutes is too long.',
      unit: 's',
      bad: 600,
      expr: 'max(orders_unfinished_oldest_seconds)',
    }),
    stat({
      title: 'Questions to the provider',
      description: 'Payments and refunds it has not answered for.',
      unit: 'short',
      expr: 'max(payments_in_question)',
    }),
    stat({
      title: 'Longest in doubt',
      description: 'Of those. Somebody does not know whether they have paid.',
      unit: 's',
      bad: 300,
      expr: 'max(payments_in_question_oldest_seconds)',
    }),
    stat({
      title: 'Refunds not at their end',
      description: 'Asked for, and the money not back or the goods not in stock.',
      unit: 'short',
      expr: 'max(order_refunds_unfinished)',
    }),
    stat({
      title: 'Differences open',
      description: 'Between the services, that nobody has repaired.',
      unit: 'short',
      bad: 1,
      expr: 'sum(max by (kind) (reconciler_open_findings)) or vector(0)',
    }),
    graph({
      title: 'Checkout at the gateway',
      description: 'p95 of what shoppers wait for.',
      unit: 's',
      limit: 1,
      queries: [
        {
          expr: p95(
            'http_request_duration_seconds',
            'operation',
            '{service="gateway", operation=~"placeOrder|payOrder|quoteOrder"}',
          ),
          legend: '{{operation}}',
        },
      ],
    }),
    graph({
      title: 'Its steps',
      description: 'p95 of what a checkout asks the other services for.',
      unit: 's',
      queries: [{ expr: p95('http_request_duration_seconds', 'operation', steps), legend: '{{operation}}' }],
    }),
    graph({
      title: 'Answers to placing an order',
      description:
        'A second, by status: 201 done, 202 in doubt, 400 sold out or wrong, 402 declined, 409 a repetition, 5xx our fault.',
      unit: 'reqps',
      stacked: true,
      queries: [
        {
          expr: rate('http_requests_total', 'status', '{service="gateway", operation="placeOrder"}'),
          legend: '{{status}}',
        },
      ],
    }),
    row('Payment provider'),
    graph({
      title: 'Its answers',
      description: 'A second. "unknown": none that could be relied on; the payment is in doubt until it is known.',
      unit: 'reqps',
      stacked: true,
      queries: [{ expr: rate('provider_answers_total', 'kind'), legend: '{{kind}}' }],
    }),
    graph({
      title: 'Its p95',
      description: 'By step.',
      unit: 's',
      queries: [{ expr: p95('provider_duration_seconds', 'step'), legend: '{{step}}' }],
    }),
    graph({
      title: 'In doubt',
      description: 'How long the first question has waited for an answer.',
      unit: 's',
      limit: 300,
      queries: [{ expr: 'max(payments_in_question_oldest_seconds)', legend: 'oldest' }],
    }),
    row('Stock and repair'),
    graph({
      title: 'Holds',
      description: 'Orders that stock is held for.',
      unit: 'short',
      queries: [{ expr: 'max(reservations_held)', legend: 'held' }],
    }),
    graph({
      title: 'Held beyond the deadline',
      description: 'More than a few seconds: nobody lets go of it.',
      unit: 's',
      limit: 300,
      queries: [{ expr: 'max(reservations_overdue_seconds)', legend: 'overdue' }],
    }),
    graph({
      title: 'Found and repaired',
      description:
        "By the reconciler, an hour, by kind; and payments corrected from the provider's book. None is good.",
      unit: 'short',
      queries: [
        { expr: 'sum by (kind) (increase(reconciler_findings_total[1h])) > 0', legend: 'found: {{kind}}' },
        { expr: 'sum by (kind) (increase(reconciler_repairs_total[1h])) > 0', legend: 'repaired: {{kind}}' },
        { expr: 'sum(increase(payment_repairs_total[1h]))', legend: 'payments corrected' },
      ],
    }),
  ],
)
