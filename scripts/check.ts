import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

/* `npm run check`: lint and format, types, generated files. `--write` (npm run format) repairs what can be. */

const root = join(import.meta.dirname, '..')
const write = process.argv.includes('--write')
const steps: [name: string, command: string, args: string[]][] = [
  ['lint and format', 'node_modules/.bin/biome', ['check', '--error-on-warnings', ...(write ? ['--write'] : []), '.']],
  ['types', 'node_modules/.bin/tsc', ['-p', '.', '--noEmit']],
  ['generated files', process.execPath, ['scripts/generate.ts', ...(write ? [] : ['--check'])]],
]
let failed = 0
for (const [name, command, args] of steps) {
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
  if (error) console.error(error.message)
  console.log(`${status === 0 ? '✓' : '✗'} ${name}`)
  if (status !== 0) failed = 1
}
if (failed) console.error('npm run format repairs formatting and generated files.')
process.exit(failed)
