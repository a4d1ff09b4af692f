import { afterAll, beforeAll, expect, test } from '@jest/globals'
import Fastify, { type RouteOptions } from 'fastify'
import { createBytesInFlight, createLimits, createMetrics, mailboxRoutes } from '../../src/arrival/index.js'
import { mailboxProblems } from '../../src/arrival/mailbox/problems.js'
import { loadConfig } from '../../src/config/index.js'
import { createLogger } from '../../src/log.js'
import { sensitive } from '../../src/sensitive.js'
import { startGateway, type TestGateway } from '../support/gateway.js'
import { read } from './sources.js'

let gateway: TestGateway
const routes: RouteOptions[] = []
beforeAll(async () => {
  gateway = await startGateway()
  const config = loadConfig({ ASTI_DATA_DIR: '/nowhere' })
  const log = createLogger({ level: 'silent' })
  const inFlight = createBytesInFlight(config)
  const metrics = createMetrics(inFlight, { all: () => [] } as never, () => Promise.resolve([]))
  const limits = createLimits(config, { inFlight, metrics, log, noteRefusals: () => Promise.resolve() })
  const app = Fastify({ exposeHeadRoutes: false })
  app.addHook('onRoute', (route) => void routes.push(route))
  const { db, sealer } = gateway.runtime
  const context = { db, sealer, log, clock: { now: () => new Date() }, policy: config, ring: () => undefined }
  await app.register((scope, _options, done) => {
    mailboxRoutes(scope, { context, limits, metrics, token: sensitive('x') })
    done()
  })
  await app.ready()
  await app.close()
})
afterAll(() => gateway.close())

test('every route of the mailbox API has a schema for all that it takes', () => {
  expect(routes.length).toBeGreaterThan(8)
  const wrong = routes.filter(({ schema, url, method }) => {
    const wantsParams = url.includes(':')
    const isClosed = (part: unknown): boolean =>
      (part as { additionalProperties?: boolean } | undefined)?.additionalProperties === false
    if (schema?.headers === undefined || !isClosed(schema.querystring)) return true
    return (wantsParams && !isClosed(schema.params)) || (method === 'PUT' && !isClosed(schema.body))
  })
  expect(wrong.map(({ method, url }) => `${String(method)} ${url}`)).toEqual([])
})

test('no route of the mailbox API answers without the token, or with the token and no owner', async () => {
  for (const { method, url } of routes) {
    const path = `${gateway.origin}/mailbox/api${url.replaceAll(/:\w+/g, '01a22d9c-7bd1-7b38-bdf5-c23ff6cfbccc')}`
    const answer = await fetch(path, { method: String(method), headers: { 'x-mailbox-owner': '010190-900P' } })
    expect([url, answer.status]).toEqual([url, 401])
  }
})

test('docs/mailbox-api.md names every route, and docs/errors.md the HTTP status of every code', () => {
  const page = read('docs/mailbox-api.md')
  const missing = routes
    .map(({ method, url }) => `${String(method)} ${url.replaceAll(/:(\w+)/g, '{$1}')}`)
    .filter((route) => !page.includes(`\`${route}\``))
  expect(missing).toEqual([])
  const errors = read('docs/errors.md')
  const wrong = Object.entries(mailboxProblems).filter(
    ([code, { status }]) => !errors.includes(`| \`${code}\` | ${status} |`),
  )
  expect(wrong.map(([code]) => code)).toEqual([])
})
