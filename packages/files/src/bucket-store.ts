import { hash } from 'node:crypto'
import { Unavailable } from '@shopfleet/contracts'
import { AwsClient } from 'aws4fetch'
import { checkedTypeOf, type FileStore, typeOf } from './file-store.ts'

export interface BucketOptions {
  /** Address of the bucket, however it is written: `https://bucket.s3.eu-central-1.amazonaws.com`, `http://minio:9000/bucket`. */
  url: string
  region: string
  access_key: string
  secret_key: string
  timeout_ms?: number
}

const retries = 2

/**
 * Files in a bucket of S3-compatible storage (Amazon, MinIO, Ceph, R2). The bucket may stay private: the service reads
 * the files and answers them itself. What is sent is signed together with its hash, so that nothing arrives half or changed.
 */
export function createBucketStore({
  url,
  region,
  access_key,
  secret_key,
  timeout_ms = 10_000,
}: BucketOptions): FileStore {
  const base = url.replace(/\/+$/, '')
  const client = new AwsClient({
    accessKeyId: access_key,
    secretAccessKey: secret_key,
    service: 's3',
    region,
    retries,
  })

  async function ask(method: string, name: string, bytes?: Uint8Array): Promise<Response> {
    try {
      const answer = await client.fetch(`${base}/${name}`, {
        method,
        body: bytes as Uint8Array<ArrayBuffer> | undefined,
        signal: AbortSignal.timeout(timeout_ms),
        headers: {
          'x-amz-content-sha256': hash('sha256', bytes ?? ''),
          ...(bytes
            ? { 'content-type': checkedTypeOf(name), 'cache-control': 'public, max-age=31536000, immutable' }
            : {}),
        },
      })
      if (answer.ok || (answer.status === 404 && method !== 'PUT')) return answer
      // What it says goes into the log; a wrong key or a bucket that is not there is for the operator to mend.
      throw new Error(`the bucket answered ${method} by ${answer.status}: ${(await answer.text()).slice(0, 300)}`)
    } catch (cause) {
      throw new Unavailable('files', { cause })
    }
  }

  return {
    async put(name, bytes) {
      checkedTypeOf(name)
      await (await ask('PUT', name, bytes)).arrayBuffer()
    },
    async find(name) {
      const type = typeOf(name)
      if (type === undefined) return undefined
      const answer = await ask('GET', name)
      try {
        const bytes = Buffer.from(await answer.arrayBuffer())
        return answer.status === 404 ? undefined : { bytes, type }
      } catch (cause) {
        throw new Unavailable('files', { cause })
      }
    },
    async remove(name) {
      checkedTypeOf(name)
      await (await ask('DELETE', name)).arrayBuffer()
    },
  }
}
