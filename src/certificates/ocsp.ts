import { X509Certificate } from 'node:crypto'
import { Enumerated, GeneralizedTime, type BaseBlock } from 'asn1js'
import {
  BasicOCSPResponse,
  CertID,
  getCrypto,
  OCSPRequest,
  OCSPResponse,
  type Certificate,
  type SingleResponse,
} from 'pkijs'
import type { Chain } from './chain.js'
import { outOfTime, reasonText, unknown, type Answer } from './finding.js'
import type { Parsed } from './parsed.js'

const BASIC = '1.3.6.1.5.5.7.48.1.1'
const SUCCESSFUL = 0
/** A responder sends its own, and perhaps the one it had before. */
const MAX_CERTIFICATES = 8
const DAY_MS = 24 * 60 * 60 * 1000

/** Asks about the first certificate of a part of a chain. SHA-1 only names the issuer here, and every responder knows it. */
export async function ocspRequest([certificate, issuer]: Chain): Promise<Buffer> {
  const request = new OCSPRequest()
  await request.createForCertificate(certificate!.asn, { hashAlgorithm: 'SHA-1', issuerCertificate: issuer!.asn })
  return Buffer.from(request.toSchema(true).toBER())
}

/**
 * Judges a responder's answer about the first certificate of a part of a chain. It counts when the issuer signed it, or
 * somebody whom the issuer has appointed for it (extended key usage OCSPSigning), and when its time is now.
 * Source: RFC 6960 §3.2, §4.2.2.2
 */
export async function judgeOcsp(bytes: Buffer, chain: Chain, now: Date): Promise<Answer> {
  try {
    const response = OCSPResponse.fromBER(new Uint8Array(bytes))
    const status = response.responseStatus.valueBlock.valueDec
    if (status !== SUCCESSFUL) return unknown(`the responder answered with status ${status}`)
    if (response.responseBytes?.responseType !== BASIC) return unknown('the answer is of an unknown type')
    const basic = BasicOCSPResponse.fromBER(new Uint8Array(response.responseBytes.response.valueBlock.valueHexView))
    const problem = await signatureProblem(basic, chain)
    return problem === null ? await judgeSingle(basic, chain, now) : unknown(problem)
  } catch {
    return unknown('the answer is no OCSP response')
  }
}

async function signatureProblem(basic: BasicOCSPResponse, chain: Chain): Promise<string | null> {
  const issuers = chain.slice(1).map(({ asn }) => asn)
  // Only the issuer itself, which need not be sent, and whom it has appointed. Others would count for nothing, and the
  // library would follow certificates that vouch for each other round and round.
  const appointed = (basic.certs ?? []).slice(0, MAX_CERTIFICATES).filter((one) => isIssuedBy(one, chain[1]!))
  basic.certs = [...appointed, issuers[0]!]
  try {
    const valid = await basic.verify({ trustedCerts: [issuers.at(-1)!], issuerCerts: issuers })
    return valid ? null : 'the signature of the answer is wrong'
  } catch {
    return 'the answer is signed by somebody whom the CA has not appointed'
  }
}

function isIssuedBy(certificate: Certificate, { x509 }: Parsed): boolean {
  try {
    return new X509Certificate(Buffer.from(certificate.toSchema().toBER())).verify(x509.publicKey)
  } catch {
    return false
  }
}

async function judgeSingle(basic: BasicOCSPResponse, chain: Chain, now: Date): Promise<Answer> {
  const single = await findSingle(basic, chain)
  if (single === null) return unknown('the answer is about another certificate')
  const extensions = [...(single.singleExtensions ?? []), ...(basic.tbsResponseData.responseExtensions ?? [])]
  if (extensions.some(({ critical }) => critical)) return unknown('the answer has a critical extension')
  // Without nextUpdate newer answers may come at any time; a day keeps a copy from being good for ever.
  const nextUpdate = single.nextUpdate ?? new Date(single.thisUpdate.getTime() + DAY_MS)
  const problem = outOfTime({ thisUpdate: single.thisUpdate, nextUpdate }, now)
  if (problem !== null) return unknown(problem)
  return readStatus(single.certStatus as BaseBlock, { thisUpdate: single.thisUpdate, nextUpdate })
}

async function findSingle(basic: BasicOCSPResponse, [certificate, issuer]: Chain): Promise<SingleResponse | null> {
  for (const single of basic.tbsResponseData.responses) {
    const algorithm = getCrypto(true).getAlgorithmByOID<Algorithm>(single.certID.hashAlgorithm.algorithmId)
    if (!('name' in algorithm)) continue
    const own = await CertID.create(certificate!.asn, { hashAlgorithm: algorithm.name, issuerCertificate: issuer!.asn })
    if (single.certID.isEqual(own)) return single
  }
  return null
}

interface Algorithm {
  readonly name: string
}

/** CertStatus ::= CHOICE { good [0] NULL, revoked [1] RevokedInfo, unknown [2] NULL }, tags implicit. */
function readStatus(status: BaseBlock, { thisUpdate, nextUpdate }: { thisUpdate: Date; nextUpdate: Date }): Answer {
  const { tagNumber } = status.idBlock
  if (tagNumber === 0) return { kind: 'good', validUntil: nextUpdate }
  if (tagNumber !== 1) return unknown('the responder does not know the certificate')
  const [time, reason] = (status.valueBlock as unknown as { value?: BaseBlock[] }).value ?? []
  // Revoked is revoked, also when nobody can read since when.
  const revokedAt = time instanceof GeneralizedTime ? time.toDate() : thisUpdate
  return { kind: 'revoked', revokedAt, reason: reasonText(reasonCode(reason)), validUntil: nextUpdate }
}

/** revocationReason [0] EXPLICIT CRLReason */
function reasonCode(tagged: BaseBlock | undefined): number | null {
  const [inner] = (tagged?.valueBlock as unknown as { value?: BaseBlock[] } | undefined)?.value ?? []
  return inner instanceof Enumerated ? inner.valueBlock.valueDec : null
}
