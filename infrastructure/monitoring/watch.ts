import { type ChildProcess, spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'
import { readEnvFile } from '@shopfleet/platform/launch'
import { takeOptions } from '@shopfleet/platform/own-options'
import { planPorts } from '@shopfleet/platform/ports'

/*
 * `node infrastructure/monitoring/watch.ts [--port-base n] [--folder .data/monitoring] [--secrets folder]`: Prometheus and
 * Alertmanager, as they are configured here, beside a shop that `npm start` runs with the same --port-base. Both programs
 * must be installed; Debian's packages are prometheus and prometheus-alertmanager. Ctrl-C stops them.
 */

const here = import.meta.dirname
readEnvFile()
const { values } = takeOptions(process.argv.slice(2), { 'port-base': 'string', folder: 'string', secrets: 'string' })
const folder = values.folder ?? join(here, '../../.data/monitoring')
const base = values['port-base'] === undefined ? undefined : Number(values['port-base'])
const plan = planPorts(process.env, { base })
const addresses = { prometheus: '127.0.0.1:9090', alertmanager: '127.0.0.1:9093' }

const isInstalled = (name: string) =>
  (process.env.PATH ?? '').split(delimiter).some(place => existsSync(join(place, name)))
const alertmanager = ['alertmanager', 'prometheus-alertmanager'].find(isInstalled)
if (!isInstalled('prometheus') || !alertmanager) {
  console.error('Prometheus and Alertmanager are needed: apt-get install prometheus prometheus-alertmanager')
  process.exit(1)
}

for (const one of ['prometheus', 'alertmanager']) {
  rmSync(join(folder, one, 'rules'), { recursive: true, force: true })
  mkdirSync(join(folder, one), { recursive: true })
  cpSync(join(here, one), join(folder, one), { recursive: true })
}
if (values.secrets) cpSync(values.secrets, join(folder, 'alertmanager/secrets'), { recursive: true })
// Alertmanager reads relative paths from wherever it was started.
const configFile = join(folder, 'alertmanager/alertmanager.yaml')
const config = readFileSync(configFile, 'utf8')
writeFileSync(configFile, config.replaceAll('/etc/alertmanager/', `${resolve(folder)}/alertmanager/`))

const targets = Object.values(plan.service).map(({ name, host, port }) => ({
  targets: [`${host}:${name === 'gateway' ? plan.metrics.port : port}`],
  labels: { service: name },
}))
const write = (file: string, groups: object[]) =>
  // JSON is YAML.
  writeFileSync(join(folder, 'prometheus', file), `${JSON.stringify(groups, null, 2)}\n`)
write('targets.yaml', targets)
write('alertmanagers.yaml', [{ targets: [addresses.alertmanager] }])
const exporters = { postgres: 9187, node: 9100 }
write(
  'exporters.yaml',
  // A machine without them lacks nothing.
  process.env.EXPORTERS === 'true'
    ? Object.entries(exporters).map(([exporter, port]) => ({ targets: [`127.0.0.1:${port}`], labels: { exporter } }))
    : [],
)

const children: ChildProcess[] = []
function start(command: string, args: string[]): void {
  const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'] })
  children.push(child)
  child.on('exit', code => {
    if (code) process.exitCode = 1
    for (const other of children) other.kill()
  })
}
start('prometheus', [
  `--config.file=${join(folder, 'prometheus/prometheus.yaml')}`,
  `--storage.tsdb.path=${join(folder, 'prometheus-data')}`,
  `--web.listen-address=${addresses.prometheus}`,
  '--log.level=warn',
])
start(alertmanager, [
  `--config.file=${configFile}`,
  `--storage.path=${join(folder, 'alertmanager-data')}`,
  `--web.listen-address=${addresses.alertmanager}`,
  '--cluster.listen-address=',
  '--log.level=warn',
])
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => children[0]?.kill())
console.log(
  `Prometheus http://${addresses.prometheus}, Alertmanager http://${addresses.alertmanager}; Ctrl-C stops both`,
)
