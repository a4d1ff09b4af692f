import { NOTHING_BEHIND, type CauseTexts } from './text.js'

/** Keys, certificates and signature values. */
export const signerTexts = {
  'wrong-key': {
    title: 'The signature was made with another key than that of the certificate in the message.',
    meaning: [
      'It was made with the key of the registered certificate {signedBy}.',
      '(Its subject: {signedBySubject}.)',
      'Other registered certificates that were tried: {tried}.',
    ],
    todo: [
      'Take key and certificate from the same key store entry. openssl x509 -pubkey and openssl pkey -pubout have to agree.',
      'After a renewal: both files have to be exchanged, and the client restarted.',
      'WSS4J: "user" and "signatureUser" name the alias; the BinarySecurityToken is that of the same alias.',
    ],
  },
  'key-type-differs': {
    title: 'SignatureMethod is for another kind of key than that of the certificate.',
    meaning: ['SignatureMethod is for {stated}; the certificate has a key of type {key}.'],
    todo: ['Name rsa-sha256 for an RSA key, ecdsa-sha256 for an elliptic one.'],
  },
  'signed-info-changed': {
    title: 'The key is right, and SignedInfo is not what it signed.',
    meaning: [
      'What was changed: {changed}.',
      'Hash that was signed: {signedDigest}. Hash of what arrived: {computedDigest}.',
    ],
    todo: [
      NOTHING_BEHIND,
      'node-soap before 1.1: use a new client object for every call.',
      'Sign last: whoever changes digests, algorithms or ids in SignedInfo has to sign again.',
    ],
  },
  'signature-algorithm-mislabelled': {
    title: 'The signature is right, and was made with another hash than SignatureMethod says.',
    meaning: ['SignatureMethod says {stated}; the value was made with {used}.'],
    todo: ['Name the algorithm that is used. .NET: SignedXml.SignatureMethod has to match the key provider.'],
  },
  'signature-value-encoding': {
    title: 'The right key signed, and the value is written in a way that nobody reads.',
    meaning: ['What was found: {form}.'],
    todo: [
      'Sign with RSASSA-PKCS1-v1_5 (DigestInfo included) and write the octets in base64, once.',
      'HSM and smart card: use the mechanism that hashes itself (SHA256_RSA_PKCS). CryptoAPI: reverse the octets.',
    ],
  },
  'ecdsa-value-encoding': {
    title: 'The ECDSA value is DER; XML signatures want r and s one behind the other.',
    meaning: ['Key and SignedInfo are right.'],
    todo: ['Java: SHA256withECDSAinP1363Format. Node: dsaEncoding "ieee-p1363". OpenSSL: unpack the sequence.'],
  },
  'rsa-pss': {
    title: 'The signature is RSASSA-PSS, and SignatureMethod names RSASSA-PKCS1-v1_5.',
    meaning: ['It was made with {used}.'],
    todo: ['Sign with PKCS#1 v1.5 padding; the interface knows no PSS.'],
  },
  'other-certificate': {
    title: 'The certificate is not registered.',
    meaning: [
      'Sent: {fingerprint}, valid to {notAfter}.',
      '(Its subject: {subject}.)',
      'Registered for the authority: {registered}.',
    ],
    when: {
      fact: 'relation',
      says: {
        'same-key': 'It is a new certificate for the key of {related}, which is registered.',
        'same-name': 'It has the name and issuer of {related}, which is registered, and another key.',
        'same-subject': 'It has the name of {related}, which is registered, and another issuer.',
        'issuer-of-registered': 'It is the CA certificate that issued {related}, which is registered.',
        'none-registered': 'The authority that the message names has no registered certificate at all.',
        'issuer-written-otherwise': 'The serial number is that of {related}, whose issuer is {relatedIssuer}.',
        'other-number': 'No registered certificate has the serial number {serial}.',
        unknown: 'It has nothing in common with the registered ones.',
      },
    },
    todo: [
      'Renewed: the operator registers the new certificate beside the old one (service add --certificate).',
      'Wrong one: sign with the registered certificate; of a chain, send the end-entity certificate only.',
      'Check ViranomaisTunnus: the registered certificates are looked for under the authority that the message names.',
    ],
  },
  'token-content': {
    title: 'The BinarySecurityToken holds something else than one certificate in base64.',
    meaning: ['What it holds: {form}.', 'A registered certificate is in it: {registeredWithin}.'],
    todo: [
      'Write the DER of the one certificate in base64, ValueType …#X509v3, without BEGIN and END lines.',
      'WSS4J: useSingleCertificate = true, or the whole chain is sent as a PKIPath.',
    ],
  },
  'certificate-expired': {
    title: 'The certificate has expired.',
    meaning: ['It was valid to {notAfter}, {days} days ago.'],
    todo: ['Renew it. The operator registers the new one beside the old one (service add --certificate).'],
  },
  'certificate-not-yet-valid': {
    title: 'The certificate is not valid yet.',
    meaning: ['It is valid from {notBefore}, in {days} days.'],
    todo: ['Use the old one until then, and check the clock of the machine that made it.'],
  },
} as const satisfies CauseTexts
