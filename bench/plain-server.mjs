// The straightforward handler behind plain Fastify, without storage and with an unsigned answer.
import { readFileSync } from 'node:fs'
import Fastify from 'fastify'
import { answerTo } from './probe.mjs'
import { createStraightforward } from './straightforward.mjs'

const handle = createStraightforward(readFileSync(process.env.BENCH_CERTIFICATE, 'utf8'))
const app = Fastify({ bodyLimit: 20 * 1024 * 1024 })
app.addContentTypeParser(['text/xml'], { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
app.post('/', (request, reply) => {
  handle(request.body)
  return reply
    .type('text/xml')
    .send(
      '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body><LahetaViestiResponse xmlns="http://www.suomi.fi/asiointitili"><LahetaViestiResult><TilaKoodi><TilaKoodi>202</TilaKoodi></TilaKoodi></LahetaViestiResult></LahetaViestiResponse></soap:Body></soap:Envelope>',
    )
})
const url = await app.listen({ host: '127.0.0.1', port: 0 })
answerTo('url', () => url)
