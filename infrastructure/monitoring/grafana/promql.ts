/* What our questions to Prometheus have in common. */

export const rate = (metric: string, by: string, of = '') => `sum by (${by}) (rate(${metric}${of}[5m]))`
export const increase = (metric: string, by: string, of = '') => `sum by (${by}) (increase(${metric}${of}[$__range]))`
export const p95 = (metric: string, by: string, of = '') =>
  `histogram_quantile(0.95, sum by (${by}, le) (rate(${metric}_bucket${of}[5m])))`
