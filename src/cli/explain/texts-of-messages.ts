import type { CauseTexts } from './text.js'

/** The message itself: its clock, its structure, its bytes. */
export const messageTexts = {
  'clock-off': {
    title: 'The clocks differ, or the message took too long.',
    meaning: [
      'Created is {createdAt}; our clock was {ourClock}: {offsetSeconds} s.',
      'Allowed are {allowedSeconds} s ahead, and an age of {maxAgeSeconds} s.',
    ],
    when: {
      fact: 'direction',
      says: {
        ahead: 'Nothing arrives before it is made: the clock of the sender is ahead of ours.',
        'behind-or-delayed': 'The clock of the sender is behind, or the message waited before it was sent.',
      },
    },
    todo: [
      'Let the machine set its clock by NTP.',
      'Sign each attempt afresh: a queue or a retry must not send old bytes again.',
    ],
  },
  'local-time-as-utc': {
    title: 'Created is off by whole hours: local time written as UTC, or the other way round.',
    meaning: ['Created is {createdAt}; our clock was {ourClock}: {hours} h.'],
    todo: [
      'Write UTC with Z. .NET: DateTime.UtcNow, not DateTime.Now. Java: Instant.now(). Python: datetime.now(timezone.utc).',
    ],
  },
  'timestamp-form': {
    title: 'The Timestamp cannot be read.',
    meaning: ['{element}: {problem}.'],
    todo: ['Write xs:dateTime with a time zone: 2026-03-04T10:00:00.000Z. Expires comes after Created.'],
  },
  'signature-missing': {
    title: 'There is no Security header with a Signature for us.',
    meaning: [
      'Blocks in the header: {headerBlocks}. In Security: {children}.',
      'The Security header is for somebody else: actor {actor}.',
      'The Security header has a namespace of another specification: {securityNamespace}.',
      'A Signature stands in {signatureIn} instead of Security.',
    ],
    todo: [
      'Turn signing on for this endpoint. WSS4J: action "Timestamp Signature". node-soap: setSecurity(new WSSecurityCert(…)).',
      'Leave the actor out, and use the namespace …oasis-200401-wss-wssecurity-secext-1.0.xsd.',
    ],
  },
  'timestamp-missing': {
    title: 'The Security header has no Timestamp.',
    meaning: ['In Security: {children}.'],
    todo: ['WSS4J: action "Timestamp Signature". node-soap: hasTimeStamp true. zeep: sign a Timestamp of your own.'],
  },
  'timestamp-unsigned': {
    title: 'The Timestamp is not signed.',
    meaning: ['Signed are: {signed}.'],
    todo: ['Sign both parts. WSS4J: signatureParts "{}{…utility-1.0.xsd}Timestamp;{}{…envelope/}Body".'],
  },
  'body-unsigned': {
    title: 'The Body of the envelope is not signed.',
    meaning: ['Signed are: {signed}.', 'The Body has an id: {bodyHasId}.'],
    todo: ['Sign soap:Body itself, with its own wsu:Id; not the operation in it.'],
  },
  'id-not-found': {
    title: 'A reference names an id that no element has.',
    meaning: ['{of} names "{id}".', 'Nearly right: {near}.'],
    todo: ['Ids are looked for in wsu:Id, Id, ID and id, letter by letter. xml:id and others do not count.'],
  },
  'id-repeated': {
    title: 'One id stands on more than one element.',
    meaning: ['"{id}" stands on: {elements}.'],
    todo: ['Give every element an id of its own. node-soap before 1.1: use a new client object for every call.'],
  },
  'header-shape': {
    title: 'The Security header or the Signature has another structure than is let in.',
    meaning: [
      'In Security: {children}. In Signature: {signature}. In KeyInfo: {keyInfo}.',
      'References: {references}.',
      'Missing: {missing}.',
      'Security headers: {securityHeaders}.',
    ],
    todo: [
      'Security holds BinarySecurityToken, Signature and Timestamp, each once; references are "#id" of this document.',
      'KeyInfo = SecurityTokenReference = Reference to the token, or issuer and serial. WSS4J: signatureKeyIdentifier DirectReference.',
    ],
  },
  'old-algorithm': {
    title: 'An old algorithm is used that is not accepted here.',
    meaning: ['Old: {algorithms}.'],
    todo: [
      'Sign with rsa-sha256 and digest with SHA-256. WSS4J: signatureAlgorithm and signatureDigestAlgorithm.',
      'node-soap: version 1.6 or later. The operator decides with ASTI_SHA1 and the settings of the service.',
    ],
  },
  'algorithm-not-accepted': {
    title: 'An algorithm or transform is used that is not accepted.',
    meaning: ['Not accepted: {algorithms}.'],
    todo: [
      'RSA or ECDSA with SHA-256, digests with SHA-256, exclusive canonicalisation without comments, nothing else.',
    ],
  },
  'charset-mismatch': {
    title: 'The bytes are not in the character set that they are said to be in.',
    meaning: ['Declared: {declared}. Found: {is}.', 'The first wrong byte is at {firstWrongByteAt}.'],
    todo: ['Send UTF-8, and say so in the XML declaration and Content-Type, or nowhere.'],
  },
  truncated: {
    title: 'The document ends before its last end tag.',
    meaning: ['{bytes} bytes; the element {root} is not closed.'],
    todo: ['Content-Length counts bytes, not characters. Close and flush the stream before the request is sent.'],
  },
  'leading-white-space': {
    title: 'White space stands in front of the XML declaration.',
    meaning: ['Characters in front: {characters}.'],
    todo: ['Begin the document with <?xml, or leave the declaration out.'],
  },
  multipart: {
    title: 'The request is a multipart message (MTOM or SOAP with attachments).',
    meaning: ['The interface takes plain SOAP, attachments in base64 within it.'],
    todo: ['Turn MTOM off. CXF: mtom-enabled false. .NET: messageEncoding Text. JAX-WS: no MTOMFeature.'],
  },
  'http-headers': {
    title: 'HTTP headers stand in the body.',
    meaning: ['The bytes begin with header lines instead of XML.'],
    todo: ['Send the document only; the HTTP library writes the headers.'],
  },
  'html-page': {
    title: 'It is a page of HTML, not a SOAP message.',
    meaning: ['Often the error page of a proxy that was sent on as a request.'],
    todo: ['Look at what the page says, and at what stands between the client and its message.'],
  },
  empty: {
    title: 'There is nothing in it.',
    meaning: ['{bytes} bytes, none of them XML.'],
    todo: ['Send the envelope as the body of the POST. After a redirect, many HTTP libraries send a GET, or no body.'],
  },
} as const satisfies CauseTexts
