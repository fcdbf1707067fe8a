/**
 * Reads an answer of the API that may hold anything. What is absent or `null` is empty, as Go's encoder writes an empty list or
 * map as `null`; what has another type than expected is empty too, and a problem is noted.
 */
export type Fields = {
  readonly text: (key: string) => string
  /** Undefined when it is absent or empty. */
  readonly optionalText: (key: string) => string | undefined
  readonly number: (key: string) => number
  readonly optionalNumber: (key: string) => number | undefined
  readonly flag: (key: string) => boolean
  readonly optionalFlag: (key: string) => boolean | undefined
  readonly texts: (key: string) => string[]
  /** An object of texts. */
  readonly map: (key: string) => Record<string, string>
  /** An object; one without any field when it is absent. */
  readonly fields: (key: string) => Fields
  readonly optionalFields: (key: string) => Fields | undefined
  readonly list: (key: string) => Fields[]
  /** An object of objects. */
  readonly entries: (key: string) => [string, Fields][]
  /** An object of lists of objects. */
  readonly lists: (key: string) => [string, Fields[]][]
}

type Plain = Readonly<Record<string, unknown>>

/**
 * @param value what `JSON.parse` gave
 * @param where how a problem calls it: `network appnet`
 * @param problems where problems go, as sentences
 */
export function readFields(value: unknown, where: string, problems: string[]): Fields {
  if (value !== undefined && value !== null && !isPlain(value)) {
    problems.push(`${where} is ${nameOf(value)}, not an object`)
  }
  return fieldsOf(isPlain(value) ? value : {}, where, problems)
}

/** The elements of an answer that should be a list of objects; what is none is left out, and a problem. */
export function readList(value: unknown, where: string, problems: string[]): Fields[] {
  return elements(value, where, problems).flatMap(([element, place]) => {
    if (isPlain(element)) return [fieldsOf(element, place, problems)]
    problems.push(`${place} is ${nameOf(element)}, not an object`)
    return []
  })
}

function fieldsOf(object: Plain, where: string, problems: string[]): Fields {
  const at = (key: string): string => (where === '' ? key : `${where}.${key}`)

  /** Its own field only: nothing is inherited from a prototype. */
  function own(key: string): unknown {
    return Object.hasOwn(object, key) ? object[key] : undefined
  }

  function typed<Value>(
    key: string,
    what: string,
    is: (value: unknown) => value is Value,
  ): Value | undefined {
    const value = own(key)
    if (value === undefined || value === null) return undefined
    if (is(value)) return value
    problems.push(`${at(key)} is ${nameOf(value)}, not ${what}`)
    return undefined
  }

  const plain = (key: string): Plain | undefined => typed(key, 'an object', isPlain)
  const inner = (key: string): readonly [string, unknown][] => Object.entries(plain(key) ?? {})

  return {
    text: key => typed(key, 'a text', isText) ?? '',
    optionalText: key => typed(key, 'a text', isText) || undefined,
    number: key => typed(key, 'a number', isNumber) ?? 0,
    optionalNumber: key => typed(key, 'a number', isNumber),
    flag: key => typed(key, 'true or false', isFlag) ?? false,
    optionalFlag: key => typed(key, 'true or false', isFlag),
    texts: key =>
      elements(own(key), at(key), problems).flatMap(([element, place]) => {
        if (isText(element)) return [element]
        problems.push(`${place} is ${nameOf(element)}, not a text`)
        return []
      }),
    map: key =>
      // fromEntries defines fields and calls no setter: `__proto__` is a name like any other.
      Object.fromEntries(
        inner(key).flatMap(([name, value]) => {
          if (isText(value)) return [[name, value]]
          problems.push(`${at(key)}.${name} is ${nameOf(value)}, not a text`)
          return []
        }),
      ),
    fields: key => fieldsOf(plain(key) ?? {}, at(key), problems),
    optionalFields(key) {
      const value = plain(key)
      return value && fieldsOf(value, at(key), problems)
    },
    list: key => readList(own(key), at(key), problems),
    entries: key =>
      inner(key).map(([name, value]) => [name, readFields(value, `${at(key)}.${name}`, problems)]),
    lists: key => inner(key).map(([name, value]) => [name, readList(value, `${at(key)}.${name}`, problems)]),
  }
}

function elements(value: unknown, where: string, problems: string[]): [unknown, string][] {
  if (value === undefined || value === null) return []
  if (Array.isArray(value)) return value.map((element: unknown, index) => [element, `${where}[${index}]`])
  problems.push(`${where} is ${nameOf(value)}, not a list`)
  return []
}

function isPlain(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

/** JSON can hold `1e999`, which is read as infinite. */
function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}

function isFlag(value: unknown): value is boolean {
  return typeof value === 'boolean'
}

function nameOf(value: unknown): string {
  if (value === null) return 'null'
  if (value === undefined) return 'missing'
  if (Array.isArray(value)) return 'a list'
  if (isText(value)) return 'a text'
  if (typeof value === 'number') return isNumber(value) ? 'a number' : 'a number out of range'
  return isFlag(value) ? 'true or false' : 'an object'
}

/** Without the fields that are undefined, so that what is kept in memory and what a file holds are the same. */
export function compact<Row extends object>(row: Row): Row {
  for (const key of Object.keys(row) as (keyof Row)[]) if (row[key] === undefined) delete row[key]
  return row
}
