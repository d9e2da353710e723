import type { TestEvent } from 'node:test/reporters'

/** A reporter of `node --test` that writes a line for each file in which a test failed, as often as one did. */
// biome-ignore lint/style/noDefaultExport: that is where node looks for a reporter.
export default async function* failedFiles(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  for await (const event of events) if (event.type === 'test:fail' && event.data.file) yield `${event.data.file}\n`
}
