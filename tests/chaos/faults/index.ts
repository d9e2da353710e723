import type { FaultName } from '../options.ts'
import { eventsAgain, eventsLate } from './events.ts'
import type { Fault } from './fault.ts'
import { kafkaKill } from './kafka.ts'
import { edgeBandwidth, edgeBlackhole, edgeCut, edgeDelay, edgeOneWay, edgeReset } from './network.ts'
import { backendKill, connections, diskFull, postgresKill, postgresStop, slowStatements } from './postgres.ts'
import { clock, kill, killPair, providerKill, providerStop, stopService } from './processes.ts'

export const allFaults: Record<FaultName, Fault> = {
  kill,
  'kill-pair': killPair,
  'postgres-kill': postgresKill,
  'backend-kill': backendKill,
  'stop-service': stopService,
  'postgres-stop': postgresStop,
  'slow-statements': slowStatements,
  connections,
  'disk-full': diskFull,
  'edge-delay': edgeDelay,
  'edge-bandwidth': edgeBandwidth,
  'edge-reset': edgeReset,
  'edge-cut': edgeCut,
  'edge-blackhole': edgeBlackhole,
  'edge-one-way': edgeOneWay,
  'events-again': eventsAgain,
  'events-late': eventsLate,
  'provider-kill': providerKill,
  'provider-stop': providerStop,
  'kafka-kill': kafkaKill,
  clock,
}
