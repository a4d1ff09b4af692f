/**
 * @peculiar/x509 leans on tsyringe, which refuses to load without the Reflect metadata functions and does not bring
 * them. These few are all it calls; a real reflect-metadata, once loaded, is left alone.
 */
type Target = object
const known = new WeakMap<Target, Map<unknown, unknown>>()

function define(key: unknown, value: unknown, target: Target): void {
  const entries = known.get(target) ?? new Map<unknown, unknown>()
  known.set(target, entries.set(key, value))
}
const own = (key: unknown, target: Target): unknown => known.get(target)?.get(key)

function inherited(key: unknown, target: Target | null): unknown {
  if (target === null) return undefined
  return own(key, target) ?? inherited(key, Object.getPrototypeOf(target) as Target | null)
}

if (!('getMetadata' in Reflect)) {
  Object.assign(Reflect, {
    defineMetadata: define,
    getMetadata: inherited,
    getOwnMetadata: own,
    metadata: (key: unknown, value: unknown) => (target: Target) => define(key, value, target),
  })
}
