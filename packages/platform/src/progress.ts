import { styleText } from 'node:util'

/** Tells a person what is going on: a line a step, with its time; what takes long is seen to move. */
export interface Progress {
  /** Runs a step. `tell` says how far it is. */
  step<T>(name: string, work: (tell: (detail: string) => void) => Promise<T>): Promise<T>
  /** A line of its own. */
  say(line: string): void
  /** Nothing more is coming that moves. */
  end(): void
}

export interface ProgressOptions {
  out?: NodeJS.WriteStream
  quiet?: boolean
}

interface Step {
  name: string
  began_ms: number
  detail: string
  told_ms: number
}

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
const nameWidth = 34
/** Elsewhere than on a terminal, a step that lasts says so again after this long. */
const patience_ms = 2000

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`

/** Progress on a stream: a live line on a terminal, plain lines elsewhere. */
export function createProgress({ out = process.stdout, quiet = false }: ProgressOptions = {}): Progress {
  const isLive = out.isTTY === true && !quiet && process.env.TERM !== 'dumb'
  const steps = new Set<Step>()
  let frame = 0
  let shown = false
  let timer: NodeJS.Timeout | undefined

  const paint = (format: 'green' | 'red' | 'dim', text: string) => styleText(format, text, { stream: out })

  function clear() {
    if (!shown) return
    out.write('\r\x1b[2K')
    shown = false
  }

  function show() {
    if (steps.size === 0) return
    frame = (frame + 1) % frames.length
    const parts = [...steps].map(({ name, detail, began_ms }) => {
      const elapsed_ms = performance.now() - began_ms
      return [name, detail, elapsed_ms > 1000 ? seconds(elapsed_ms) : ''].filter(Boolean).join(' ')
    })
    const line = `${frames[frame]} ${parts.join(' · ')}`
    clear()
    out.write(paint('dim', line.slice(0, (out.columns || 80) - 1)))
    shown = true
  }

  function remind() {
    const now_ms = performance.now()
    for (const step of steps) {
      if (now_ms - Math.max(step.began_ms, step.told_ms) < patience_ms) continue
      step.told_ms = now_ms
      out.write(`… ${[step.name, step.detail].filter(Boolean).join(' ')} (${seconds(now_ms - step.began_ms)})\n`)
    }
  }

  function say(line: string) {
    clear()
    out.write(`${line}\n`)
    if (isLive) show()
  }

  function finish(step: Step, mark: string) {
    steps.delete(step)
    if (!quiet) {
      const label = [step.name, step.detail && paint('dim', `(${step.detail})`)].filter(Boolean).join(' ')
      // Colours have no width.
      const width =
        nameWidth + label.length - [step.name, step.detail && `(${step.detail})`].filter(Boolean).join(' ').length
      say(`${mark} ${label.padEnd(width)} ${String(Math.round(performance.now() - step.began_ms)).padStart(6)} ms`)
    }
    if (steps.size === 0) {
      clear()
      clearInterval(timer)
      timer = undefined
    }
  }

  return {
    async step(name, work) {
      const step: Step = { name, began_ms: performance.now(), detail: '', told_ms: 0 }
      steps.add(step)
      if (!quiet) timer ??= setInterval(isLive ? show : remind, isLive ? 80 : 250).unref()
      try {
        const result = await work(detail => {
          step.detail = detail
        })
        finish(step, paint('green', '✓'))
        return result
      } catch (error) {
        finish(step, paint('red', '✗'))
        throw error
      }
    },
    say,
    end() {
      clear()
      clearInterval(timer)
    },
  }
}
