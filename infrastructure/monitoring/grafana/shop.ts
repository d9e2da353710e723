import { dashboard, graph, stat } from './panel.ts'
import { increase, rate } from './promql.ts'

export const shop = dashboard(
  'shop',
  'Shop',
  'How the shop does: orders, money, stock, customers.',
  [
    stat({
      title: 'Orders paid',
      description: 'In the time shown.',
      unit: 'short',
      decimals: 0,
      expr: increase('orders_total', 'status', '{status="paid"}'),
    }),
    stat({
      title: 'Taken',
      description: 'What paid orders come to in the time shown, by currency.',
      unit: 'short',
      decimals: 2,
      width: 8,
      expr: increase('orders_value_total', 'currency'),
      legend: '{{currency}}',
    }),
    stat({
      title: 'Paid, of those placed',
      description: 'Orders that are held for a later payment count as placed.',
      unit: 'percentunit',
      bad: 0.5,
      low: true,
      expr: 'sum(increase(orders_total{status="paid"}[$__range])) / sum(increase(orders_total{status="placed"}[$__range]))',
    }),
    stat({
      title: 'New accounts',
      description: 'In the time shown.',
      unit: 'short',
      decimals: 0,
      expr: 'sum(increase(users_registered_total[$__range]))',
    }),
    stat({
      title: 'Sold out',
      description: 'Variants of which nothing is available now.',
      unit: 'short',
      expr: 'max(stock_sold_out)',
    }),
    graph({
      title: 'Orders',
      description: 'By what became of them, a minute.',
      unit: 'short',
      width: 12,
      queries: [{ expr: `60 * ${rate('orders_total', 'status')}`, legend: '{{status}}' }],
    }),
    graph({
      title: 'Taken an hour',
      description: 'What paid orders come to, in whole units of each currency.',
      unit: 'short',
      width: 12,
      queries: [{ expr: `3600 * ${rate('orders_value_total', 'currency')}`, legend: '{{currency}}' }],
    }),
    graph({
      title: 'Why orders are cancelled',
      description: 'A minute. "asked": by the customer or by staff. "unavailable" and "failed" are our own doing.',
      unit: 'short',
      stacked: true,
      queries: [{ expr: `60 * ${rate('orders_cancelled_total', 'reason')}`, legend: '{{reason}}' }],
    }),
    graph({
      title: 'Payments',
      description: 'By what became of them, a minute. One in doubt is asked about until it is known.',
      unit: 'short',
      queries: [{ expr: `60 * ${rate('payments_total', 'status')}`, legend: '{{status}}' }],
    }),
    graph({
      title: 'Refunds',
      description: 'A minute: asked for, made by the provider, refused by it.',
      unit: 'short',
      queries: [{ expr: `60 * ${rate('refunds_total', 'outcome')}`, legend: '{{outcome}}' }],
    }),
    graph({
      title: 'Refused for want of stock',
      description: 'Orders that could not have what they asked for, a minute: sales that were lost.',
      unit: 'short',
      queries: [{ expr: '60 * sum(rate(stock_shortages_total[5m]))', legend: 'refused' }],
    }),
    graph({
      title: 'Messages to customers',
      description: 'A minute, by channel and by what became of them.',
      unit: 'short',
      queries: [{ expr: `60 * ${rate('messages_total', 'channel, outcome')}`, legend: '{{channel}} {{outcome}}' }],
    }),
    graph({
      title: 'Browsers listening',
      description: 'Sockets open for live changes; slow ones do not take what they are sent.',
      unit: 'short',
      queries: [
        { expr: 'sum(realtime_sockets)', legend: 'open' },
        { expr: 'sum(realtime_slow_sockets)', legend: 'slow' },
      ],
    }),
  ],
  'now-24h',
)
