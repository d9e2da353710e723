import { claim, duration, type Fault, nothingFree } from './fault.ts'

/** The broker dies and is away for a while: nobody tells anything, nobody hears anything, and people buy all the same. */
export const kafkaKill: Fault = async scene => {
  const { kafka } = scene.platform
  if (!kafka) return { skip: 'the event log is in PostgreSQL', forGood: true }
  if (scene.busy.has('kafka')) return nothingFree
  const release = claim(scene, 'kafka')
  const hold_ms = duration(scene)
  await kafka.broker.kill()
  return {
    target: 'kafka',
    details: { hold_ms },
    hold_ms,
    async end() {
      await kafka.broker.start()
      release()
    },
  }
}
