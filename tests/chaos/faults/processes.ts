import type { Program } from '../program.ts'
import { claim, duration, type Fault, type FaultScene, freePrograms, nothingFree } from './fault.ts'

/* Processes that die without a word, and processes that stand still. */

const back_ms = 30_000

/** Kills, and answers what waits until the program is ready again. */
function shoot(program: Program, { measures, say }: FaultScene): () => Promise<void> {
  const before = program.returns_ms.length
  program.signal('SIGKILL')
  return async () => {
    // Its death is told a moment after the shot.
    const until_ms = performance.now() + back_ms
    while (program.returns_ms.length === before && performance.now() < until_ms)
      await new Promise(r => setTimeout(r, 20))
    const took_ms = program.returns_ms[before]
    if (took_ms === undefined) say(`${program.name} was not ready ${back_ms / 1000} s after it was killed`)
    else measures.ready_after_kill_ms.push(took_ms)
  }
}

export const kill: Fault = async scene => {
  const free = freePrograms(scene)
  if (free.length === 0) return nothingFree
  const program = scene.random.pick(free)
  const release = claim(scene, program.name)
  const back = shoot(program, scene)
  return {
    target: program.name,
    hold_ms: 0,
    async end() {
      await back()
      release()
    },
  }
}

export const killPair: Fault = async scene => {
  const free = freePrograms(scene)
  if (free.length < 2) return { skip: 'there are no two processes', forGood: scene.platform.running.length < 2 }
  const first = scene.random.pick(free)
  const second = scene.random.pick(free.filter(program => program !== first))
  const release = claim(scene, first.name, second.name)
  const backs = [shoot(first, scene), shoot(second, scene)]
  return {
    target: `${first.name} ${second.name}`,
    hold_ms: 0,
    async end() {
      await Promise.all(backs.map(back => back()))
      release()
    },
  }
}

export const stopService: Fault = async scene => {
  const free = freePrograms(scene)
  if (free.length === 0) return nothingFree
  const program = scene.random.pick(free)
  const hold_ms = duration(scene)
  const release = claim(scene, program.name)
  program.signal('SIGSTOP')
  return {
    target: program.name,
    details: { hold_ms },
    hold_ms,
    async end() {
      program.signal('SIGCONT')
      release()
    },
  }
}

/** A wrong clock in one service: minutes ahead, or minutes behind. */
export const clock: Fault = async scene => {
  const free = freePrograms(scene).filter(program => program.name !== 'gateway')
  if (free.length === 0) return nothingFree
  const program = scene.random.pick(free)
  const minutes = 1 + scene.random.below(20)
  const shift_ms = (scene.random.next() < 0.5 ? -1 : 1) * minutes * 60_000
  const hold_ms = duration(scene, 1500)
  const release = claim(scene, program.name)
  program.tell({ clock_shift_ms: shift_ms })
  return {
    target: program.name,
    details: { shift_ms, hold_ms },
    hold_ms,
    async end() {
      program.tell({ clock_shift_ms: 0 })
      release()
    },
  }
}

export const providerKill: Fault = async scene => {
  const { provider } = scene.platform
  if (scene.busy.has('provider') || !provider.isReady()) return nothingFree
  const release = claim(scene, 'provider')
  provider.signal('SIGKILL')
  return {
    target: 'provider',
    hold_ms: 50,
    async end() {
      await provider.untilReady(back_ms)
      release()
    },
  }
}

export const providerStop: Fault = async scene => {
  const { provider } = scene.platform
  if (scene.busy.has('provider')) return nothingFree
  const hold_ms = duration(scene)
  const release = claim(scene, 'provider')
  provider.signal('SIGSTOP')
  return {
    target: 'provider',
    details: { hold_ms },
    hold_ms,
    async end() {
      provider.signal('SIGCONT')
      release()
    },
  }
}
