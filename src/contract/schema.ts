import { XMLParser } from 'fast-xml-parser'

/** A type of our published schema, as far as telling a caller where it deviates needs it. */
export interface SchemaType {
  /** in the order of the sequence; those of a choice behind the others */
  readonly elements: readonly SchemaElement[]
  readonly attributes: readonly string[]
}

export interface SchemaElement {
  readonly name: string
  readonly required: boolean
  /** null: simple content */
  readonly type: SchemaType | null
}

interface Particle {
  name: string
  type?: string
  minOccurs?: string
  nillable?: string
  complexType?: ComplexType[]
}

/** Elements of a sequence or of a choice; a choice may stand in a sequence. */
interface Group {
  element?: Particle[]
  choice?: Group[]
}

interface ComplexType {
  name?: string
  sequence?: Group[]
  choice?: Group[]
  attribute?: { name: string }[]
}

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '',
  removeNSPrefix: true,
  parseTagValue: false,
  isArray: (name) => ['element', 'complexType', 'sequence', 'choice', 'attribute'].includes(name),
})

const particlesOf = (groups: readonly Group[]): Particle[] => groups.flatMap(({ element }) => element ?? [])

/** Reads our own XSD; the elements that a request may be. Requests themselves are never read with this parser. */
export function readSchema(xsd: string): ReadonlyMap<string, SchemaElement> {
  const { schema } = parser.parse(xsd) as { schema: { element: Particle[]; complexType: ComplexType[] } }
  const named = new Map(schema.complexType.map((type) => [type.name ?? '', type]))
  const made = new Map<ComplexType, SchemaType>()
  const typeOf = (type: ComplexType): SchemaType => {
    const known = made.get(type)
    if (known !== undefined) return known
    const elements: SchemaElement[] = []
    const result = { elements, attributes: (type.attribute ?? []).map((attribute) => attribute.name) }
    made.set(type, result)
    const groups = type.sequence ?? []
    for (const particle of particlesOf(groups)) elements.push(elementOf(particle))
    // Which of them is needed a list of elements cannot say: none of them is missed.
    for (const particle of particlesOf([...(type.choice ?? []), ...groups.flatMap(({ choice }) => choice ?? [])]))
      elements.push({ ...elementOf(particle), required: false })
    return result
  }
  const elementOf = (particle: Particle): SchemaElement => {
    const type = particle.complexType?.[0] ?? named.get(particle.type?.replace(/^.*:/, '') ?? '')
    return { name: particle.name, required: particle.minOccurs !== '0', type: type === undefined ? null : typeOf(type) }
  }
  return new Map(schema.element.map((element) => [element.name, elementOf(element)]))
}
