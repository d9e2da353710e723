/** What stands in for undici's pool: the line to the provider of the world that made the connection. */
export interface Line {
  request(method: string, path: string, body: string | undefined): Promise<{ status: number; body: unknown }>
}

const lines = new Map<string, Line>()

/** Names a line, for the address of a provider to be made of. */
export function openLine(name: string, line: Line): void {
  lines.set(`sim://${name}`, line)
}
export function closeLine(name: string): void {
  lines.delete(`sim://${name}`)
}

export class Pool {
  readonly url: string
  constructor(url: string) {
    this.url = url
  }

  async request({ method, path, body }: { method: string; path: string; body?: string }) {
    const answer = await lines.get(this.url)!.request(method, path, body)
    return { statusCode: answer.status, body: { json: async () => answer.body } }
  }

  async destroy(): Promise<void> {}
}
