import { rmSync } from 'node:fs'

export default async function teardown() {
  const { server, dir } = globalThis.asiointitiliTestServer
  await server.stop()
  rmSync(dir, { recursive: true, force: true })
}
