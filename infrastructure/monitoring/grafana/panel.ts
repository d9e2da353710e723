/* What Grafana wants of a panel that is the same in all of ours, so that a dashboard is read as a list of questions. */

const datasource = { type: 'prometheus', uid: 'prometheus' }

export interface Query {
  expr: string
  /** What a line is called; labels in `{{ }}`. */
  legend: string
}

interface Common {
  title: string
  /** In plain words: what is shown, and what of it is bad. */
  description: string
  /** A unit of Grafana's: s, bytes, reqps, percentunit, short. */
  unit: string
  /** Of 24. */
  width?: number
  height?: number
}

interface Graph extends Common {
  queries: Query[]
  /** Above this it is bad. */
  limit?: number
  stacked?: boolean
  max?: number
}

interface Stat extends Common {
  expr: string
  legend?: string
  /** From here on it is bad; with `low`, below it. */
  bad?: number
  low?: boolean
  decimals?: number
}

export type Panel = Record<string, unknown> & { gridPos: { w: number; h: number } }

const targets = (queries: Query[], instant: boolean) =>
  queries.map(({ expr, legend }, i) => ({
    refId: String.fromCharCode(65 + i),
    datasource,
    editorMode: 'code',
    expr,
    legendFormat: legend,
    ...(instant ? { instant: true, range: false } : { range: true }),
  }))

const steps = (bad: number | undefined, low = false) =>
  bad === undefined
    ? [{ color: 'text', value: null }]
    : low
      ? [
          { color: 'red', value: null },
          { color: 'green', value: bad },
        ]
      : [
          { color: 'green', value: null },
          { color: 'red', value: bad },
        ]

export function graph({ title, description, unit, queries, limit, stacked, max, width = 8, height = 8 }: Graph): Panel {
  return {
    type: 'timeseries',
    title,
    description,
    datasource,
    gridPos: { w: width, h: height },
    targets: targets(queries, false),
    fieldConfig: {
      defaults: {
        unit,
        min: 0,
        ...(max === undefined ? {} : { max }),
        color: { mode: 'palette-classic' },
        thresholds: { mode: 'absolute', steps: steps(limit) },
        custom: {
          drawStyle: 'line',
          lineWidth: 1,
          fillOpacity: stacked ? 30 : 5,
          showPoints: 'never',
          stacking: { mode: stacked ? 'normal' : 'none', group: 'A' },
          thresholdsStyle: { mode: limit === undefined ? 'off' : 'dashed' },
        },
      },
      overrides: [],
    },
    options: {
      legend: { displayMode: 'list', placement: 'bottom', showLegend: true, calcs: [] },
      tooltip: { mode: 'multi', sort: 'desc' },
    },
  }
}

export function stat({
  title,
  description,
  unit,
  expr,
  legend = '',
  bad,
  low,
  decimals,
  width = 4,
  height = 4,
}: Stat): Panel {
  return {
    type: 'stat',
    title,
    description,
    datasource,
    gridPos: { w: width, h: height },
    targets: targets([{ expr, legend }], true),
    fieldConfig: {
      defaults: {
        unit,
        ...(decimals === undefined ? {} : { decimals }),
        color: { mode: 'thresholds' },
        thresholds: { mode: 'absolute', steps: steps(bad, low) },
        mappings: [],
      },
      overrides: [],
    },
    options: {
      reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
      colorMode: 'value',
      graphMode: 'none',
      justifyMode: 'auto',
      orientation: 'auto',
      textMode: 'auto',
    },
  }
}

export const row = (title: string): Panel => ({
  type: 'row',
  title,
  collapsed: false,
  panels: [],
  gridPos: { w: 24, h: 1 },
})

/** A dashboard of panels, laid out from left to right in lines of 24. */
export function dashboard(uid: string, title: string, description: string, panels: Panel[], range = 'now-6h'): object {
  let x = 0
  let y = 0
  let line = 0
  const placed = panels.map((panel, i) => {
    const { w, h } = panel.gridPos
    if (x + w > 24) {
      x = 0
      y += line
      line = 0
    }
    const gridPos = { x, y, w, h }
    x += w
    line = Math.max(line, h)
    return { id: i + 1, ...panel, gridPos }
  })
  return {
    uid: `shopfleet-${uid}`,
    title,
    description,
    tags: ['shopfleet'],
    timezone: 'browser',
    editable: true,
    graphTooltip: 1,
    refresh: '30s',
    schemaVersion: 41,
    time: { from: range, to: 'now' },
    links: [
      {
        type: 'dashboards',
        title: 'Shopfleet',
        tags: ['shopfleet'],
        asDropdown: true,
        keepTime: true,
        includeVars: false,
        targetBlank: false,
        icon: '',
        tooltip: '',
        url: '',
      },
    ],
    templating: { list: [] },
    annotations: {
      list: [
        {
          name: 'Alerts that fire',
          datasource,
          enable: true,
          iconColor: 'red',
          expr: 'max by (alertname) (ALERTS{alertstate="firing", severity="page"})',
          titleFormat: '{{alertname}}',
        },
      ],
    },
    panels: placed,
  }
}
