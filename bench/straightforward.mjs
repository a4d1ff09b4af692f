import { DOMParser } from '@xmldom/xmldom'
import { XMLParser } from 'fast-xml-parser'
import { SignedXml } from 'xml-crypto'

const DS = 'http://www.w3.org/2000/09/xmldsig#'
const CLOCK_SKEW_MS = 300_000

/**
 * The handler that the packages' own documentation leads to: fast-xml-parser for the data, xml-crypto's SignedXml for
 * both signed parts, the certificate pinned. It makes the same decisions as ours on an honest request and is no model:
 * what was verified and what is read are two readings of one text.
 */
export function createStraightforward(certificatePem) {
  const registered = certificatePem.replace(/-----[^-]+-----|\s/g, '')
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '@',
    removeNSPrefix: true,
    parseTagValue: false,
  })
  return (raw) => {
    const xml = raw.toString('utf8')
    verifySignature(xml, certificatePem)
    const { Header, Body } = parser.parse(xml).Envelope
    const { BinarySecurityToken, Timestamp } = Header.Security
    if (BinarySecurityToken['#text'].replace(/\s/g, '') !== registered)
      throw new Error('not the registered certificate')
    if (Date.parse(Timestamp.Expires) + CLOCK_SKEW_MS < Date.now()) throw new Error('expired')
    return commandOf(Body.LahetaViesti)
  }
}

function verifySignature(xml, certificatePem) {
  const document = new DOMParser().parseFromString(xml, 'text/xml')
  const signatures = document.getElementsByTagNameNS(DS, 'Signature')
  if (signatures.length !== 1) throw new Error('not one signature')
  const judge = new SignedXml({ publicCert: certificatePem, getCertFromKeyInfo: () => null })
  judge.loadSignature(signatures[0])
  if (!judge.checkSignature(xml)) throw new Error('the signature is not valid')
  const covered = judge.getSignedReferences()
  for (const part of ['Body', 'Timestamp']) {
    if (!covered.some((text) => new RegExp(`^<(\\w+:)?${part}[ >]`).test(text)))
      throw new Error(`${part} is not signed`)
  }
}

function commandOf({ Viranomainen, Kysely }) {
  const items = [Kysely.Kohteet.Kohde].flat().map((item) => ({
    recipients: [item.Asiakas].flat().map((who) => ({ id: who['@AsiakasTunnus'], idType: who['@TunnusTyyppi'] })),
    reference: item.ViranomaisTunniste,
    title: item.Nimeke,
    body: item.KuvausTeksti,
    attachments: [item.Tiedostot.Tiedosto].flat().map((file) => ({
      name: file.TiedostoNimi,
      mediaType: file.TiedostoMuoto,
      content: Buffer.from(file.TiedostoSisalto, 'base64'),
    })),
  }))
  return { authorityId: Viranomainen.ViranomaisTunnus, serviceId: Viranomainen.PalveluTunnus, items }
}
