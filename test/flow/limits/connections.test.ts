import { expect, test } from '@jest/globals'
import { startGateway, type TestGateway } from '../../support/gateway.js'
import { call, metric, openLine, until, untilReleased, type Line } from './lines.js'

// Other systems than Linux have 127.0.0.1 only.
const onLinux = process.platform === 'linux' ? test : test.skip

async function withGateway(env: Record<string, string>, check: (gateway: TestGateway) => Promise<void>): Promise<void> {
  const gateway = await startGateway({ env })
  try {
    await check(gateway)
  } finally {
    await gateway.close()
  }
}

const closed = (lines: readonly Line[]): number => lines.filter((line) => line.isClosed()).length
const openFrom = (gateway: TestGateway, from: string, count: number): Line[] =>
  Array.from({ length: count }, () => openLine(gateway, '', { from }))

onLinux('one address gets a quarter of all connections, and others are let in still', async () => {
  await withGateway({ ASTI_MAX_CONNECTIONS: '12' }, async (gateway) => {
    const lines = openFrom(gateway, '127.0.0.2', 5)
    await until('two are closed', () => closed(lines) === 2)
    const others = openFrom(gateway, '127.0.0.3', 3)
    expect((await call(gateway, '/health/live', { from: '127.0.0.4' })).status).toBe(200)
    expect([closed(lines), closed(others)]).toEqual([2, 0])
    expect(await metric(gateway, 'asti_limit_reached_total{limit="connections-per-address"}')).toBe(2)
    for (const { socket } of [...lines, ...others]) socket.destroy()
    await untilReleased(gateway)
    expect((await call(gateway, '/health/live', { from: '127.0.0.2' })).status).toBe(200)
  })
})

onLinux('when all connections are taken, more are closed at once and counted', async () => {
  await withGateway({ ASTI_MAX_CONNECTIONS: '4' }, async (gateway) => {
    const addresses = ['127.0.0.2', '127.0.0.3', '127.0.0.4', '127.0.0.5']
    const lines = addresses.flatMap((from) => openFrom(gateway, from, 1))
    await Promise.all(lines.map(({ socket }) => new Promise((resolve) => socket.once('ready', resolve))))
    await openLine(gateway, '', { from: '127.0.0.6' }).ended
    expect(closed(lines)).toBe(0)
    for (const { socket } of lines) socket.destroy()
    await until('there is room again', () =>
      call(gateway, '/health/live').then(
        () => true,
        () => false,
      ),
    )
    expect(await metric(gateway, 'asti_limit_reached_total{limit="connections"}')).toBeGreaterThanOrEqual(1)
  })
})

onLinux('a trusted proxy, which brings the callers of many addresses, may have more', async () => {
  await withGateway({ ASTI_MAX_CONNECTIONS: '12', ASTI_TRUSTED_PROXIES: '127.0.0.2' }, async (gateway) => {
    const lines = openFrom(gateway, '127.0.0.2', 8)
    await until('all are open', async () => (await metric(gateway, 'asti_open_connections')) === 9)
    expect(closed(lines)).toBe(0)
    for (const { socket } of lines) socket.destroy()
  })
})
