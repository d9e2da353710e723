import type { Sql } from '@shopfleet/database'
import { best } from './best.ts'
import type { FacetCounts } from './facet-store.ts'
import {
  type CatalogueState,
  type CategoryName,
  type Counters,
  listedOf,
  matchQuery,
  matchQueryAhead,
  type ReadFacts,
  readCategories,
  readChanges,
  readCommonWords,
  readFacts,
  readNextFacts,
  readQueries,
  readQuery,
  readState,
  type Seen,
  type Word,
} from './memory-store.ts'
import { type Categories, createProductFacts } from './product-facts.ts'
import { createProductNumbers } from './product-numbers.ts'
import type { FacetRow } from './search-store.ts'
import { wordsOf } from './search-words.ts'
import type { Filters } from './store.ts'
import { createJoin, mend, readList, type Together, type WordList } from './word-lists.ts'

/**
 * What each word matches, what products are counted by, and what was meant by words nobody knows, remembered for as long as
 * the catalogue stands as it did. Who searches asks where it stands, and no more; if it moved, which products did, and
 * looks at those again. Nothing here can be out of date: each answer is as the catalogue stood when it was asked for, or
 * later, and is put together only of what is of one state.
 */

export interface Match {
  id: string
  /** How well it fits */
  rank: number
}

export interface Selected {
  /** The first of them in the order of a search. */
  matches: Match[]
  /** What all have in common. */
  facets: FacetRow
  at: CatalogueState
}

/** Answers that are held, of a kilobyte or two each. */
const mostAnswers = 5000
const mostSpellings = 20_000
/** Matches that are held, of all words together, of eight bytes each. Words nobody asked for lately make room. */
const mostHeld = 8_000_000
/** Words, most of which match next to nothing. */
const mostLists = 20_000
const mostQueries = 50_000
/** Products that are known by what they are counted by, of 100 bytes or so each, and values they have. Beyond, no more words are learnt. */
const mostProducts = 300_000
const mostValues = 300_000
/** Changes that are looked at one by one; beyond, all words are read anew. */
const mostChanges = 5000
/** Products whose facts are read by one statement: some milliseconds, in which nobody else gets a turn. */
const factsAtOnce = 500
/** What is read before anybody asks for it: products at once, and words that so many have. The rest of the room is for who asks. */
const factsAhead = 250
const commonAhead = 1000
const mostHeldAhead = (mostHeld * 3) / 4
/** A shop in which products change all the time is asked anew, after so many tries. */
const tries = 5

interface List extends WordList {
  /** Too many to be held. */
  is_unheld: boolean
  /** How many of the changes it has. */
  upTo: number
}

const unheld = (upTo: number): List => ({
  products: new Uint32Array(0),
  ranks: new Float32Array(0),
  is_unheld: true,
  upTo,
})

const keyOf = ({ word, meaning }: Word) => `${meaning} ${word}`

/** All that is known of a catalogue. Whoever waits for the database may find another one in its place. */
function createMemory(currency: string) {
  return {
    since: '',
    /** The state it is of, */
    count: -1,
    /** counter by counter; */
    counters: undefined as Counters | undefined,
    /** and the latest that something in it is of: until the rest has come up to that, no answer is made of it. */
    newest: -1,
    numbers: createProductNumbers(),
    facts: createProductFacts(currency),
    /** What words ask for; empty for stop words. */
    queries: new Map<string, string>(),
    /** What is found by that. Words that ask for the same share a list. */
    lists: new Map<string, List>(),
    /** Matches in them */
    held: 0,
    /** Those that are being read: whoever needs one as well waits for it. */
    reading: new Map<string, Promise<List | undefined>>(),
    /** Until what many others need to know is known. */
    learning: Promise.resolve(),
    ahead: nothingAhead(),
    /** Products that changed since the lists began, in the order in which this was heard. */
    changes: [] as number[],
    spellings: new Map<string, string | null>(),
    answers: new Map<string, unknown>(),
    categories: undefined as Map<string, CategoryName> | undefined,
  }
}
/** How far it is read ahead: the last product whose facts are known, and then the words that are left. */
const nothingAhead = () => ({
  after: '00000000-0000-0000-0000-000000000000' as string | undefined,
  queries: undefined as string[] | undefined,
  isDone: false,
})
type Memory = ReturnType<typeof createMemory>

const bytesOf = (id: string) => Buffer.from(id.replaceAll('-', ''), 'hex')

/** `common` is how many products have a word that is read ahead. */
export function createWordMemory(sql: Sql, currency: string, common = commonAhead) {
  let memory = createMemory(currency)
  let moving: Promise<void> | undefined
  const join = createJoin()

  const isBehind = (seen: Seen) => seen.since !== memory.since || Math.max(seen.count, memory.newest) > memory.count

  /** Brings the memory up to the catalogue as it stands, or as it stood when the caller's question was asked, if it moved. */
  async function look(known: Seen | undefined): Promise<CatalogueState> {
    const seen = known ?? (await readState(sql))
    // Who is moving it may have begun before this was seen. Of a copy that lags behind one waits no longer.
    for (let n = 0; n < 3 && isBehind(seen); n++) {
      moving ??= move().finally(() => {
        moving = undefined
      })
      await moving
    }
    return { listed: listedOf(memory), shown: seen.shown }
  }

  async function move(): Promise<void> {
    const { since, counters, changed } = await readChanges(sql, memory.counters, mostChanges + 1)
    const isOther = since !== memory.since || changed.length > mostChanges
    if (isOther) memory = createMemory(currency)
    else if (memory.changes.length + changed.length > 2 * mostChanges)
      memory = { ...memory, lists: new Map(), reading: new Map(), held: 0, changes: [], ahead: nothingAhead() }
    memory.since = since
    memory.counters = counters
    memory.count = [...counters.values()].reduce((sum, listed) => sum + listed, 0)
    memory.spellings = new Map()
    memory.answers = new Map()
    memory.categories = undefined
    for (const id of isOther ? [] : changed) {
      const product = memory.numbers.numberAt(bytesOf(id), 0)
      memory.facts.forget(product)
      memory.changes.push(product)
    }
  }

  const queriesOf = (mine: Memory, words: readonly string[], any: boolean) =>
    Promise.all(
      words.map((word, i) => {
        const isLast = i === words.length - 1
        return queryOf(mine, { word, meaning: any ? 'any' : isLast ? 'begun' : 'whole' })
      }),
    )

  async function queryOf(mine: Memory, word: Word): Promise<string> {
    const key = keyOf(word)
    let query = mine.queries.get(key)
    if (query === undefined) {
      query = await readQuery(sql, word)
      if (mine.queries.size >= mostQueries) mine.queries.clear()
      mine.queries.set(key, query)
    }
    return query
  }

  /** What is found by a query, with the changes that are known by now or some of them; undefined if all was forgotten since. */
  async function listOf(mine: Memory, query: string, match = matchQuery): Promise<List | undefined> {
    const known = mine.lists.get(query)
    const upTo = mine.changes.length
    if (known && (known.upTo === upTo || known.is_unheld)) {
      // Whoever was not asked for longest comes first.
      mine.lists.delete(query)
      mine.lists.set(query, known)
      return known
    }
    if (!known && isFull(mine)) return unheld(upTo)
    const reading =
      mine.reading.get(query) ?? readOf(mine, query, known, match).finally(() => mine.reading.delete(query))
    mine.reading.set(query, reading)
    return reading
  }

  async function readOf(
    mine: Memory,
    query: string,
    known: List | undefined,
    match: typeof matchQuery,
  ): Promise<List | undefined> {
    const upTo = mine.changes.length
    const changed = known && new Set(mine.changes.slice(known.upTo))
    const read = await match(sql, { query, ...(changed ? { among: [...changed].map(mine.numbers.idOf) } : {}) })
    if (mine !== memory || read.since !== mine.since) return undefined
    mine.newest = Math.max(mine.newest, read.count)
    if (!read.matches) return keep(mine, query, unheld(upTo))
    const now = readList(read.matches, mine.numbers)
    const list = known && changed ? mend(known, changed, now) : now
    return keep(mine, query, { ...list, is_unheld: false, upTo })
  }

  const isFull = ({ numbers, facts }: Memory) => numbers.count > mostProducts || facts.valueCount > mostValues

  function keep(mine: Memory, query: string, list: List): List {
    const { lists } = mine
    mine.held += list.products.length - (lists.get(query)?.products.length ?? 0)
    lists.delete(query)
    lists.set(query, list)
    for (const [query, one] of lists) {
      if (mine.held <= mostHeld && lists.size <= mostLists) break
      lists.delete(query)
      mine.held -= one.products.length
    }
    return list
  }

  /** Reads what is not known yet of these products. */
  async function learnFacts(mine: Memory, products: Uint32Array): Promise<void> {
    const unknown = products.filter(product => !mine.facts.has(product))
    if (unknown.length === 0) return
    if (unknown.length <= factsAtOnce) return void (await learn(mine, unknown))
    // One after the other: they mostly need to know the same.
    const learning = mine.learning.then(async () => {
      for (let at = 0; at < unknown.length && mine === memory; ) {
        const some: number[] = []
        for (; at < unknown.length && some.length < factsAtOnce; at++)
          if (!mine.facts.has(unknown[at]!)) some.push(unknown[at]!)
        if (some.length > 0) await learn(mine, some)
      }
    })
    mine.learning = learning.catch(() => {})
    return learning
  }

  const learn = (mine: Memory, products: Iterable<number>) =>
    keepFacts(mine, () => readFacts(sql, Array.from(products, mine.numbers.idOf)))

  async function keepFacts(mine: Memory, ask: () => Promise<ReadFacts>): Promise<ReadFacts | undefined> {
    const upTo = mine.changes.length
    const read = await ask()
    if (mine !== memory || read.since !== mine.since) return undefined
    mine.newest = Math.max(mine.newest, read.count)
    // Of what changed meanwhile it cannot be said whether this is before or after.
    const changed = new Set(mine.changes.slice(upTo))
    for (const one of read.facts) {
      const product = mine.numbers.numberAt(bytesOf(one.id), 0)
      if (!changed.has(product)) mine.facts.keep(product, one)
    }
    return read
  }

  async function learnCategories(mine: Memory): Promise<void> {
    if (mine.categories) return
    const { count } = mine
    const rows = await readCategories(sql)
    if (mine.count === count) mine.categories = new Map(rows.map(row => [row.id, row]))
  }

  /** Hands over what matches all of the words, or any, with all that is known of it: of one state of the catalogue. */
  async function find<T>(
    words: readonly string[],
    any: boolean,
    seen: Seen | undefined,
    use: (mine: Memory, found: Together, categories: Categories, at: CatalogueState) => T,
  ): Promise<T | undefined> {
    for (let n = 0; n < tries; n++) {
      const { shown } = await look(n === 0 ? seen : undefined)
      const mine = memory
      const queries = (await queriesOf(mine, words, any)).filter(query => query !== '')
      if (queries.length === 0) return undefined
      const lists = await Promise.all(queries.map(query => listOf(mine, query)))
      if (!lists.every(list => list !== undefined)) continue
      if (lists.some(list => list.is_unheld)) return undefined
      const found = join(lists, any, mine.numbers.count)
      await learnFacts(mine, found.products)
      await learnCategories(mine)
      // All of it must be of the state that the memory is of, as it now is.
      const isOfOne =
        mine === memory &&
        mine.newest <= mine.count &&
        mine.categories &&
        lists.every(list => list.upTo === mine.changes.length) &&
        found.products.every(mine.facts.has)
      if (isOfOne) return use(mine, found, mine.categories!, { listed: listedOf(mine), shown })
    }
    return undefined
  }

  return {
    /** Where the catalogue stands: who puts several questions for one caller needs to ask for it once. Meanwhile reads what the words ask for. */
    async see(words: readonly string[]): Promise<Seen> {
      const [seen] = await Promise.all([readState(sql), queriesOf(memory, words, false)])
      return seen
    },

    /**
     * What matches all of the words, or any: the first, `limit` at most, that come after a rank and an id. Undefined where PostgreSQL
     * must say: stop words alone, more matches than can be held, or a catalogue that does not stand still.
     */
    select: (
      words: readonly string[],
      any: boolean,
      { limit, after }: { limit: number; after?: readonly [rank: number, id: string] },
      seen?: Seen,
    ): Promise<Selected | undefined> =>
      find(words, any, seen, (mine, found, categories, at) => ({
        matches: firstOf(mine, found, limit, after),
        facets: mine.facts.count(found.products, categories),
        at,
      })),

    /** What all that matches the words can be narrowed by. Undefined as above, and where variants must be looked at one by one. */
    countNarrowed: (words: readonly string[], any: boolean, filters: Filters): Promise<FacetCounts | undefined> =>
      find(words, any, undefined, ({ facts }, { products }, categories) =>
        facts.countNarrowed(products, filters, categories),
      ),

    /** Reads a little of what will be asked for: of all products what they are counted by, then the commonest words. Answers whether there is more. */
    async readAhead(): Promise<boolean> {
      if (memory.ahead.isDone) return false
      await look(undefined)
      const mine = memory
      const { ahead, numbers } = mine
      if (isFull(mine)) {
        ahead.isDone = true
      } else if (ahead.after !== undefined) {
        const { after } = ahead
        const read = await keepFacts(mine, () => readNextFacts(sql, after, factsAhead))
        if (read) ahead.after = read.facts.at(-1)?.id
      } else if (!ahead.queries) {
        const words = numbers.count < common ? [] : await readCommonWords(sql, numbers.count, common)
        const each = words.flatMap(wordsOf).flatMap((word): Word[] => [
          { word, meaning: 'whole' },
          { word, meaning: 'begun' },
        ])
        const queries = await readQueries(sql, each)
        for (const [i, word] of each.entries()) mine.queries.set(keyOf(word), queries[i]!)
        ahead.queries = [...new Set(queries)].filter(query => query !== '')
      } else {
        const query = mine.held < mostHeldAhead ? ahead.queries.pop() : undefined
        if (query === undefined) ahead.isDone = true
        else if (!mine.lists.has(query)) await listOf(mine, query, matchQueryAhead)
      }
      return !ahead.isDone
    },

    /** What `ask` answers, remembered under a name that says all it depends on. */
    async answer<T>(name: string, ask: () => Promise<T>): Promise<T> {
      await look(undefined)
      const { answers } = memory
      if (answers.has(name)) return answers.get(name) as T
      const answer = await ask()
      if (answers.size >= mostAnswers) answers.delete(answers.keys().next().value!)
      answers.set(name, answer)
      return answer
    },

    /**
     * What each of the words was meant to be, null for those that are right or cannot be put right: remembered, or asked of
     * `ask` and remembered until the catalogue has other words.
     */
    async meant(
      asked: readonly string[],
      ask: (unheard: string[]) => Promise<Map<string, string | null>>,
      seen?: Seen,
    ): Promise<Map<string, string | null>> {
      await look(seen)
      const { spellings } = memory
      const remembered = new Map(asked.flatMap(word => (spellings.has(word) ? [[word, spellings.get(word)!]] : [])))
      const unheard = asked.filter(word => !remembered.has(word))
      if (unheard.length === 0) return remembered
      const answered = await ask(unheard)
      for (const [word, meant] of answered) if (spellings.size < mostSpellings) spellings.set(word, meant)
      return new Map([...remembered, ...answered])
    },
  }
}
export type WordMemory = ReturnType<typeof createWordMemory>

/** The first that come after a rank and an id: what fits best first, of equals the newest. */
function firstOf(
  { numbers }: Memory,
  { products, ranks }: { products: Uint32Array; ranks: Float64Array },
  limit: number,
  after: readonly [rank: number, id: string] | undefined,
): Match[] {
  const isBefore = (a: number, b: number) =>
    ranks[a] === ranks[b] ? numbers.isLess(products[b]!, products[a]!) : ranks[a]! > ranks[b]!
  const matchOf = (place: number): Match => ({ id: numbers.idOf(products[place]!), rank: ranks[place]! })
  if (!after) return best(products.length, limit, isBefore).map(matchOf)
  const [rank, id] = after
  const rest = [...products.keys()].filter(
    place => ranks[place]! < rank || (ranks[place] === rank && numbers.idOf(products[place]!) < id),
  )
  return best(rest.length, limit, (a, b) => isBefore(rest[a]!, rest[b]!)).map(place => matchOf(rest[place]!))
}
