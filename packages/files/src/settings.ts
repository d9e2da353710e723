import { type Static, type TObject, Type } from 'typebox'
import { createBucketStore } from './bucket-store.ts'
import type { FileStore } from './file-store.ts'
import { createFolderStore } from './folder-store.ts'

/** Settings of a service that keeps files, to be spread into its own. */
export const fileSettings = {
  FILES_DIR: Type.String({ default: '.data/files', description: 'Folder that uploaded files are kept in' }),
  FILES_BUCKET_URL: Type.Optional(
    Type.String({
      pattern: '^https?://',
      description: 'Address of a bucket of S3-compatible storage, which they are kept in instead of the folder',
    }),
  ),
  FILES_BUCKET_REGION: Type.String({ default: 'us-east-1', description: 'Its region' }),
  FILES_BUCKET_ACCESS_KEY: Type.Optional(Type.String({ description: 'Name of the key to it', secret: true })),
  FILES_BUCKET_SECRET_KEY: Type.Optional(Type.String({ description: 'The key itself', secret: true })),
}
type FileConfig = Static<TObject<typeof fileSettings>>

/** The store that the settings name: the bucket if there is one, else the folder. Throws when the bucket lacks its key. */
export function openFiles(config: FileConfig): FileStore {
  const { FILES_BUCKET_URL: url, FILES_BUCKET_ACCESS_KEY: access_key, FILES_BUCKET_SECRET_KEY: secret_key } = config
  if (url === undefined) return createFolderStore(config.FILES_DIR)
  if (!access_key || !secret_key) {
    throw new Error('FILES_BUCKET_URL needs FILES_BUCKET_ACCESS_KEY and FILES_BUCKET_SECRET_KEY.')
  }
  return createBucketStore({ url, region: config.FILES_BUCKET_REGION, access_key, secret_key })
}
