import { writeFileSync } from 'node:fs'
import { Session } from 'node:inspector/promises'

/* Loaded into a process (`--import`): SIGUSR2 begins a CPU profile, the next one writes it to PROFILE_TO. */

const file = process.env.PROFILE_TO
let session

async function toggle() {
  if (!session) {
    session = new Session()
    session.connect()
    await session.post('Profiler.enable')
    await session.post('Profiler.start')
    return
  }
  const { profile } = await session.post('Profiler.stop')
  session.disconnect()
  session = undefined
  writeFileSync(`${file}-${process.pid}.cpuprofile`, JSON.stringify(profile))
}

if (file) process.on('SIGUSR2', () => void toggle())
