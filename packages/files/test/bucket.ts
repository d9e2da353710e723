import { createHash, createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

/*
 * A bucket of S3-compatible storage as far as our store uses one, over real HTTP: it checks signature, date and hash of
 * each request by the published rules (AWS Signature Version 4), written here anew, and keeps what it is sent.
 */

export const bucketKeys = { region: 'eu-test-1', access_key: 'AKTEST', secret_key: 'a secret / with + signs' }

const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest('hex')
const hmac = (key: string | Buffer, data: string) => createHmac('sha256', key).update(data).digest()

function signatureIsGood(request: IncomingMessage, bytes: Buffer): boolean {
  const found = /^AWS4-HMAC-SHA256 Credential=([^,]+), SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(
    request.headers.authorization ?? '',
  )
  if (!found) return false
  const [, credential, signed, signature] = found
  const [key, day, region, service, end] = credential!.split('/')
  const time = String(request.headers['x-amz-date'])
  if (key !== bucketKeys.access_key || region !== bucketKeys.region || service !== 's3' || end !== 'aws4_request')
    return false
  if (!time.startsWith(day!) || request.headers['x-amz-content-sha256'] !== sha256(bytes)) return false
  const names = signed!.split(';')
  if (!names.includes('host') || !names.includes('x-amz-content-sha256')) return false
  const canonical = [
    request.method,
    request.url!.split('?')[0],
    '',
    ...names.map(name => `${name}:${String(request.headers[name]).trim()}`),
    '',
    signed,
    sha256(bytes),
  ].join('\n')
  const toSign = ['AWS4-HMAC-SHA256', time, `${day}/${region}/s3/aws4_request`, sha256(canonical)].join('\n')
  const signing = ['s3', 'aws4_request'].reduce(hmac, hmac(hmac(`AWS4${bucketKeys.secret_key}`, day!), region!))
  return hmac(signing, toSign).toString('hex') === signature
}

export interface TestBucket {
  url: string
  objects: Map<string, { bytes: Buffer; type: string | undefined }>
  /** What the next requests meet: an answer with this status, or none at all. */
  faults: (number | 'cut' | 'hang')[]
  refusals: number
  close(): Promise<void>
}

export async function startBucket(): Promise<TestBucket> {
  const objects: TestBucket['objects'] = new Map()
  const faults: TestBucket['faults'] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const bytes = Buffer.concat(chunks)
    const fault = faults.shift()
    if (fault === 'hang') return
    if (fault === 'cut') return void request.socket.destroy()
    if (fault !== undefined) return void response.writeHead(fault).end('<Error/>')
    if (!signatureIsGood(request, bytes)) {
      bucket.refusals++
      return void response.writeHead(403).end('<Error><Code>SignatureDoesNotMatch</Code></Error>')
    }
    const name = request.url!.slice('/pictures/'.length)
    if (request.method === 'PUT') {
      objects.set(name, { bytes, type: request.headers['content-type'] })
      return void response.writeHead(200).end()
    }
    if (request.method === 'DELETE') {
      objects.delete(name)
      return void response.writeHead(204).end()
    }
    const found = objects.get(name)
    if (!found) return void response.writeHead(404).end('<Error><Code>NoSuchKey</Code></Error>')
    response.writeHead(200, { 'content-type': found.type }).end(found.bytes)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const bucket: TestBucket = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/pictures`,
    objects,
    faults,
    refusals: 0,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return bucket
}
