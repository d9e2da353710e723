import { createHash } from 'node:crypto'
import type { CatalogueProduct } from './generate.ts'

/** What the made-up customers of the demonstration say. The same catalogue always has the same reviews. */

export interface CatalogueReview {
  /** Of the product. */
  slug: string
  /** Of the customer: nobody reviews a product twice. */
  author: number
  author_name: string
  stars: number
  title: string | null
  text: string
  /** Bought here, and delivered. */
  is_verified: boolean
  helpful_count: number
  /** How long ago it was written, in minutes. */
  minutes_ago: number
}

export const authors = [
  ...['Nora K.', 'Tomás R.', 'Ines', 'Jonah B.', 'Mei L.', 'Otto W.', 'Priya S.', 'Elif A.', 'Hannah M.', 'Luca'],
  ...['Samir D.', 'Greta H.', 'Wilma P.', 'Kofi A.', 'Anneke V.', 'Ruth', 'Theo N.', 'Yuki T.', 'Carla F.', 'Bram J.'],
  ...['Maeve O.', 'Ivo S.', 'Dana', 'Leif E.', 'Rosa G.', 'Amir Z.', 'Linnea B.', 'Pavel C.', 'June W.', 'Emil'],
]

type Kind = 'good' | 'mixed' | 'bad'
type Says = readonly [title: string, text: string]
type Pool = Record<Kind, readonly Says[]>

const electronics: Pool = {
  good: [
    ['Does one thing well', 'No app, no account, no blinking lights. I switched it on and it worked.'],
    ['The battery is no lie', 'I charged it on Sunday and it is Thursday now. Still going.'],
    ['Feels solid', 'The buttons have a proper click and nothing creaks, however I hold it.'],
    ['Repairable!', 'I opened it out of curiosity: screws, not glue. That alone decided it for me.'],
    ['Better than my old one', 'The old one cost twice as much and lasted two years. This one is quieter and lighter.'],
    ['Set up in five minutes', 'The printed guide is one page, and one page is enough.'],
  ],
  mixed: [
    ['Good, with one wish', 'Everything works as it should, but the cable that comes with it is too short for my desk.'],
    ['Nice, a little heavy', 'You notice the weight after an hour. I got used to it, others may not.'],
  ],
  bad: [
    ['Not for me', 'It works, but the status light is so bright that I had to tape it over at night.'],
    ['Mine came with a dent', 'It was replaced without a word, still a disappointing start.'],
  ],
}
const kitchen: Pool = {
  good: [
    ['Used every day', 'It has been on the table every morning for three months, and it looks as it did on the first day.'],
    ['A pleasure to hold', 'The weight is just right, and the rim is thin where it should be.'],
    ['Survives the dishwasher', 'I was told to wash it by hand and did not. Fifty rounds later nothing has faded.'],
    ['Heats evenly', 'No hot spot in the middle any more. My pancakes are finally one colour.'],
    ['Bought a second one', 'One for us, one as a present. The present was hard to give away.'],
    ['Pours without a drip', 'A small thing, but I had forgotten that it is possible.'],
  ],
  mixed: [
    ['Lovely, but smaller than I thought', 'Read the measures before you order. For two people it is right, for four it is not.'],
    ['Pretty, a bit delicate', 'One got a chip in the sink within a week. The others are fine.'],
  ],
  bad: [
    ['Looks better than it works', 'It stains from tea and I cannot get it clean again.'],
    ['The lid does not fit', 'It sits a millimetre off and rattles. I sent it back.'],
  ],
}
const home: Pool = {
  good: [
    ['Makes the room', 'We moved it twice and now nobody wants to move it again.'],
    ['Warm light, no glare', 'Exactly what I wanted for reading in the evening.'],
    ['Well packed, quickly up', 'Out of the box and in its place in ten minutes, with the tool that came along.'],
    ['Real material', 'You can see and feel that it is not printed foil. It smells of wood, too.'],
    ['Quiet and simple', 'It does not shout. That is rare.'],
    ['Softer with every wash', 'After ten washes it is better than new.'],
  ],
  mixed: [
    ['Colour a shade darker', 'On my screen it looked lighter. I kept it all the same.'],
    ['Good, took some patience', 'The last screw was a fight. Since then it has stood like a rock.'],
  ],
  bad: [
    ['It wobbles', 'On an old wooden floor it does not stand straight, and there is nothing to adjust.'],
    ['Too small for the price', 'Nice to look at, but I had expected more of it.'],
  ],
}
const outdoor: Pool = {
  good: [
    ['Four days of rain', 'Everything inside stayed dry. I trust it now.'],
    ['Light enough to forget', 'I carried it for a week and only thought of it when I needed it.'],
    ['Made for cold hands', 'Every buckle can be worked with gloves on. Somebody has thought about this outside.'],
    ['Goes where I go', 'Gravel, mud, a fall. There are scratches, and they suit it.'],
    ['Packs small', 'It fits into the side pocket, and it goes back into its bag without a fight.'],
    ['Worth the money', 'The cheap one lasted a season. This is the third year.'],
  ],
  mixed: [
    ['Great, but not for the tall', 'At 1.90 m I touch both ends. Otherwise faultless.'],
    ['Good stuff, noisy fabric', 'It rustles. At night in a tent you hear it.'],
  ],
  bad: [
    ['The zip gave up', 'After the second tour it opened behind the slider. A pity, the rest is good.'],
    ['Heavier than stated', 'My scales say a hundred grams more. On a long tour that counts.'],
  ],
}
const toys: Pool = {
  good: [
    ['Loved to bits', 'It goes everywhere: to bed, to the garden, once into the bath. It is still in one piece.'],
    ['No batteries, hours of play', 'The best present of the year, say the children and their parents.'],
    ['Smooth and safe', 'No sharp edges, no smell of paint, and it survived being thrown down the stairs.'],
    ['Even grandpa joined in', 'The rules are learnt in a minute, and then nobody wanted to stop.'],
    ['Beautifully made', 'You would put it on the shelf if anybody let you.'],
  ],
  mixed: [
    ['Good fun, short fun', 'It is loved, but after a week other things were more interesting.'],
    ['Nice, one piece missing', 'The missing piece came two days after I wrote. Thank you for that.'],
  ],
  bad: [['Too difficult for the age', 'For a five-year-old it is simply too much. We try again next year.']],
}
const garden: Pool = {
  good: [
    ['It grows!', 'I kill every plant. This one has three new leaves.'],
    ['Sharp, and stays sharp', 'A whole hedge later it still cuts as on the first day.'],
    ['Arrived in good health', 'Packed in straw, not one leaf broken.'],
    ['A tool for life', 'The handle is oiled ash, and the head sits on it without any play.'],
    ['Good advice on the card', 'The little card says how much water. I stick to it, and so does the plant.'],
  ],
  mixed: [
    ['Smaller than in the picture', 'Healthy, but it will take a year or two to look like that.'],
    ['Good, the sheath is poor', 'I keep it without. The tool itself is excellent.'],
  ],
  bad: [['Did not survive the week', 'It came with wet feet and never recovered. I was sent another one.']],
}
const tools: Pool = {
  good: [
    ['Old school, in a good way', 'Forged, ground, balanced. It lies in the hand like my grandfather’s.'],
    ['True to the tenth', 'I checked it against my square. There is nothing to complain of.'],
    ['Holds its edge', 'Oak and beech since spring, sharpened once.'],
    ['No rust so far', 'It has spent a winter in an unheated shed.'],
    ['Bought the whole set in the end', 'One at a time, because each was better than the one I had.'],
  ],
  mixed: [
    ['Needs a first sharpening', 'Not quite ready out of the box. An hour on the stone, and it is superb.'],
    ['Good steel, plain handle', 'It could be a bit thicker for large hands.'],
  ],
  bad: [['Came with play in the head', 'It can be wedged, but at this price I should not have to.']],
}
const desk: Pool = {
  good: [
    ['Paper that takes ink', 'No feathering, no bleeding, even with a broad nib.'],
    ['Opens flat', 'From the first page to the last. It sounds like nothing, and it is everything.'],
    ['Writes at once', 'I leave it lying for a week, and it starts with the first stroke.'],
    ['I write by hand again', 'My letters have become longer, and people answer them.'],
    ['Colours as they dry', 'What I see on the palette is what I get on the paper.'],
  ],
  mixed: [
    ['Lovely, a bit slippery', 'With a rougher grip it would be perfect.'],
    ['Good paper, few pages', 'It was full within a month. Next time two.'],
  ],
  bad: [['Scratches', 'The nib of mine was off. It may be bad luck.']],
}
const food: Pool = {
  good: [
    ['Gone in two days', 'I had meant to give it away.'],
    ['Tastes of something', 'You notice after the first spoon that nobody was saving on the ingredients.'],
    ['Fresh, and dated honestly', 'Packed last week, good for months. And it smells as it should.'],
    ['My standing order', 'The third time now, and each time the same quality.'],
    ['Not too sweet', 'At last somebody who trusts the taste.'],
  ],
  mixed: [
    ['Very good, a little dear', 'For guests, yes. For every day I buy something else.'],
    ['Stronger than expected', 'Use half of what you would take otherwise.'],
  ],
  bad: [['Not my taste', 'Well made, I am sure, but too bitter for me.']],
}
const wear: Pool = {
  good: [
    ['Fits as described', 'I took my usual size after a look at the table, and it sits.'],
    ['Warm without being thick', 'Under a jacket it is almost too warm, and that is praise.'],
    ['Seams like they used to be', 'Double where it matters. I look at such things.'],
    ['Worn in within a day', 'No blister, no pressure. I walked eleven kilometres in them on the second day.'],
    ['Ages well', 'A year old, and I like it better than when it was new.'],
    ['Compliments from strangers', 'On the train, of all places.'],
  ],
  mixed: [
    ['Runs a little small', 'Take one size up if you are in between.'],
    ['Good, the colour rubs off', 'The first weeks I would not wear it with white.'],
  ],
  bad: [
    ['Pilled after a month', 'Under the arms and at the sides. For this price I had hoped for more.'],
    ['The fit is odd', 'Wide at the shoulders, short in the body. It went back.'],
  ],
}
const music: Pool = {
  good: [
    ['Stays in tune', 'A week in a cold rehearsal room, and it had moved by almost nothing.'],
    ['Much more than a beginner’s', 'My teacher played it and asked what it cost. She did not believe me.'],
    ['Speaks easily', 'The low notes come without a fight, and the high ones do not scream.'],
    ['Set up with care', 'Nothing buzzed, nothing had to be filed. I could play at once.'],
    ['The case is worth mentioning', 'It has survived a flight in the hold.'],
  ],
  mixed: [
    ['Good sound, simple strings', 'With other strings it is another instrument.'],
    ['Needs to be played in', 'The first two weeks it was closed. Now it opens up.'],
  ],
  bad: [['One key stuck', 'A repairer put it right in ten minutes, but I had to pay for it.']],
}

const pools: Record<string, Pool> = {
  ...Object.fromEntries(['audio', 'cameras', 'computing', 'gaming'].map(one => [one, electronics])),
  ...Object.fromEntries(['cookware', 'tableware', 'mugs', 'glassware', 'tea-coffee'].map(one => [one, kitchen])),
  ...Object.fromEntries(['lamps', 'candles', 'furniture', 'decor', 'bath'].map(one => [one, home])),
  ...Object.fromEntries(['camping', 'sports', 'wheels', 'winter-water'].map(one => [one, outdoor])),
  ...Object.fromEntries(['soft-wooden', 'vehicles', 'games-puzzles'].map(one => [one, toys])),
  ...Object.fromEntries(['plants', 'garden-tools'].map(one => [one, garden])),
  'hand-tools': tools,
  ...Object.fromEntries(['writing', 'notebooks', 'art-craft'].map(one => [one, desk])),
  ...Object.fromEntries(['pantry', 'bakery-sweets', 'drinks'].map(one => [one, food])),
  ...Object.fromEntries(['clothing', 'footwear', 'bags', 'accessories'].map(one => [one, wear])),
  ...Object.fromEntries(['strings-keys', 'wind-percussion'].map(one => [one, music])),
}

const closings: Record<Kind, readonly string[]> = {
  good: [
    ...['', '', '', 'I would buy it again.', 'Recommended.', 'Delivery took two days.', 'A good buy.'],
    ...['Thank you!', 'My neighbour has ordered one by now.', 'No complaints.'],
  ],
  mixed: ['', '', 'All in all I am content.', 'I keep it.'],
  bad: ['', '', 'The people from the shop were friendly about it.', 'Others may see it differently.'],
}

/** Numbers that look like chance and are always the same for a text. */
function numbersOf(text: string): () => number {
  let state = createHash('sha256').update(text).digest()
  let at = 0
  return () => {
    if (at + 4 > state.length) {
      state = createHash('sha256').update(state).digest()
      at = 0
    }
    at += 4
    return state.readUInt32BE(at - 4) / 2 ** 32
  }
}

/** One of a list, which is taken out of it. */
const takeOne = <T>(list: T[], next: () => number): T => list.splice(Math.floor(next() * list.length), 1)[0]!

const year_min = 365 * 24 * 60

function reviewsOf({ slug, category }: Pick<CatalogueProduct, 'slug' | 'category'>): CatalogueReview[] {
  const pool = pools[category]
  if (!pool) return []
  const next = numbersOf(slug)
  // Many have a few, some have none yet.
  const count = Math.floor(next() ** 1.4 * 8)
  const quality = next()
  const left = { good: [...pool.good], mixed: [...pool.mixed], bad: [...pool.bad] }
  const people = authors.map((author_name, author) => ({ author, author_name }))
  return Array.from({ length: count }, (): CatalogueReview | undefined => {
    const luck = next() * 0.6 + quality * 0.4
    const kind: Kind = luck < 0.17 ? 'bad' : luck < 0.34 ? 'mixed' : 'good'
    if (left[kind].length === 0) return undefined
    const [title, text] = takeOne(left[kind], next)
    const closing = closings[kind][Math.floor(next() * closings[kind].length)]!
    const stars = { bad: 1 + Math.floor(next() * 2), mixed: 3 + Math.floor(next() * 1.4), good: next() < 0.3 ? 4 : 5 }[kind]
    return {
      slug,
      ...takeOne(people, next),
      stars,
      title: next() < 0.8 ? title : null,
      text: closing ? `${text} ${closing}` : text,
      is_verified: next() < 0.75,
      helpful_count: Math.floor(next() ** 3 * 14),
      minutes_ago: Math.floor(60 + next() * year_min),
    }
  }).filter(review => review !== undefined)
}

/** All of them, of these products. */
export const demonstrationReviews = (products: readonly Pick<CatalogueProduct, 'slug' | 'category'>[]) =>
  products.flatMap(reviewsOf)
