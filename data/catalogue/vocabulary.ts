// The words generated products are made of. Brands are put together from two halves, so that a large catalogue has over
// a thousand of them; nouns come with their synonyms and the picture that shows them.

const words = (text: string) => text.trim().split(/\s+/)
const phrases = (text: string) => text.trim().split(/\s*\n\s*/)

export const brandStarts = words(`
  Ash Alder Bram Briar Calder Cinder Corrie Dapple Dun Elder Ember Fenn Fern Gable Glen Harrow Hazel Heath Holm Ivel
  Kest Kirk Larch Lin Marl Mere Moor Nettle North Oak Penn Quill Rowan Sedge Sorrel Stan Thistle Thorn Tolland Wend
`)
export const brandEnds = words(`
  ampton bank beck born bridge brook burn by combe croft dale den field ford garth gate ham holt hurst ley low mead
  mere mont ridge shaw stead stow ton vale wick wold worth yard
`)
export const lines = words(`
  Abalone Acacia Adagio Almanac Amberley Andante Apricot Arbour Argyle Astral Atelier Aurora Avalon Azimuth Balsam
  Banyan Basalt Beacon Bellweather Bergamot Birdsong Bluebell Bonfire Bramble Bravura Breton Bungalow Cadmium Calypso
  Camomile Candela Canopy Caraway Cardinal Cascade Celadon Chalkhill Cirrus Citadel Clarion Clementine Cloudberry
  Cobblestone Compendium Coppice Cordelia Coriander Cosmos Cygnet Daybreak Delphine Dovecote Driftwood Eclipse
  Elderberry Equinox Everglade Fathom Fiddlehead Filigree Firefly Foxglove Galleon Gossamer Graphite Greengage Halcyon
  Harbinger Harlequin Hawthorn Heirloom Heliotrope Hopscotch Horizon Huckleberry Indigo Isobar Jackdaw Jasmine Juniper
  Kaleidoscope Kittiwake Labyrinth Lantern Lapwing Lavender Lichen Limestone Longitude Lullaby Magnolia Mallard Mandolin
  Marigold Marmalade Meander Meridian Mistral Monsoon Mulberry Nightingale Nocturne Nutmeg Obsidian Orchard Origami
  Osprey Paprika Parallax Parasol Pemberley Periwinkle Persimmon Pistachio Plover Prelude Quarry Quartet Quince Ramble
  Reverie Rhubarb Riverbend Saffron Sandpiper Sapling Serenade Silhouette Skylark Solstice Sonata Starling Sycamore
  Tamarind Tangent Terrazzo Thimble Tideline Topaz Tundra Umbra Vellum Verbena Vesper Waltz Wayside Whistler Willow
  Windfall Wisteria Woodruff Yarrow Zenith Zephyr
`)
export const towns = words(`
  Abersoch Almondsbury Bellingham Brackenfell Calverstone Darrowby Eskmouth Fallowfield Ghentwick Hollingrove Inverleigh
  Kilnsea Lammerton Marrowdale Netherby Ottershaw Pellburn Quarrington Ravensholt Saltmarsh Tarnbrook Ullesmere
  Vexcombe Whinmoor Yaverland
`)

// How one talks about a thing depends on what one does with it. Sentences suit one thing as well as a pair of them
// ("the Halcyon Skis replaced"), so no noun needs an article or a plural.
export type Voice = {
  traits: string[]
  colours: string[]
  openings: string[]
  middles: string[]
  closings: string[]
}

const used: Voice = {
  traits: words(`
    Classic Compact Everyday Folding Heritage Lightweight Little Modern Original Pocket Professional Slim Studio Sturdy
    Travel Weekend
  `),
  colours: words(`
    black white ivory sand oatmeal charcoal slate graphite navy indigo cobalt azure teal turquoise mint sage olive
    forest lime mustard amber apricot orange coral terracotta scarlet crimson burgundy rose blush plum lavender violet
    chestnut walnut
  `),
  openings: phrases(`
    {brand} makes the {line} {noun} in {town}, from {material}.
    {brand} built the first {line} {noun} {years} years ago and has changed the design {times} times since.
    Made in {town} from {material}, meant to be used daily and mended twice.
    Customers kept asking {brand} for the {line} {noun} in {colour}, and here we are.
    The {line} {noun} came out of a small workshop in {town} with the weight in the right place.
    {brand} started with the {line} {noun} in a shed near {town}; the shed is bigger now.
    The {colour} {line} {noun} replaced last year’s model and kept its spare parts.
    Nobody at {brand} expected the {line} {noun} to sell out twice.
    {material} where it matters, {colour} where it shows: the {line} {noun} from {brand}.
  `),
  middles: phrases(`
    The {material} is sourced within a day’s drive and finished without solvents.
    At {weight} g it is noticed when carried and forgotten when used.
    Every edge is rounded, and every part can be ordered.
    The colour is called {colour}, and in evening light it really is.
    We tested it for {months} months with {testers} households and changed two details.
    Nothing rattles, and nothing needs an account.
    The design is by {designer}, who uses the first prototype to this day.
    The finish gathers small marks with time and looks better for them.
    A previous version had a logo on the front; this one does not.
    Everything arrives assembled and is ready within {minutes} minutes.
  `),
  closings: phrases(`
    Guaranteed for {guarantee} years, with repairs at cost after that.
    A cloth and a card that tells you how to look after it are in the box.
    Packed in {pack} without plastic.
    Wipe with a damp cloth; the rest takes care of itself.
    Spare parts stay available for {guarantee} years.
    Returns are free for {days} days, used or not.
    Goes well with the rest of the {line} collection.
    Made in batches of {batch}, so colours differ a little from one to the next.
  `),
}

const worn: Voice = {
  traits: words('Classic Everyday Heritage Lightweight Original Relaxed Slim Travel Weekend Winter Summer City'),
  colours: used.colours,
  openings: phrases(`
    {brand} cuts the {line} {noun} in {town}, from {material} in {colour}.
    The {line} {noun} took {brand} {times} prototypes and one very patient tailor.
    {material} from a mill near {town}, dyed {colour} in small vats.
    {brand} has made the {line} {noun} for {years} seasons without following one.
    Drawn by {designer} for people who pack light and stay longer.
  `),
  middles: phrases(`
    The seams are doubled where other brands save thread.
    True to size; between two sizes, take the smaller one.
    At {weight} g it hardly counts as luggage.
    The {colour} softens with wear and never bleeds onto the rest of the wash.
    We wore it for {months} months, in rain and on trains, before saying yes.
    Nothing scratches: there is no label at the neck and no logo anywhere.
    Spare thread in the right {colour} comes with it.
  `),
  closings: phrases(`
    Repairs are free for {guarantee} years.
    Packed in {pack} without plastic.
    Wash cold, dry in the shade, mend early.
    Returns are free for {days} days, worn or not.
    Made in batches of {batch}, so dye lots differ a little.
    Goes well with the rest of the {line} collection.
  `),
}

const eaten: Voice = {
  traits: words('Classic Farmhouse Harvest Heritage Organic Original Reserve Seasonal Sunday Village'),
  colours: words('amber golden red green dark white'),
  openings: phrases(`
    {brand} makes the {line} {noun} in {town}, in batches of {batch}.
    The {line} {noun} comes from a family business near {town}, {years} minutes from where it is packed.
    {brand} has used the same {line} recipe for {years} years and sees no reason to stop.
    Picked up in {town} in the morning, packed by {brand} the same day.
    The {line} {noun} won a prize in {town}; the label does not mention it.
  `),
  middles: phrases(`
    Nothing is added that a grandmother would not recognise.
    It tastes of where it comes from: clean at first, deeper after a moment.
    {designer} brought some to our kitchen, and none of it left again.
    We tried {testers} others blind and came back to this one.
    Good on its own, better with bread, best with company.
    {weight} g lasts a household of two about {times} days, in theory.
  `),
  closings: phrases(`
    Keep cool and dry, and finish within {months} weeks of opening.
    Packed in {pack} without plastic.
    Send back the packaging and we take {times} per cent off the next one.
    Goes well with the rest of the {line} larder.
    If it arrives broken, tell us and the next one is free.
  `),
}

const grown: Voice = {
  traits: words('Dwarf Early Hardy Heritage Late Little Trailing Vigorous Wild Young'),
  colours: words('green white pink crimson yellow violet apricot'),
  openings: phrases(`
    {brand} raises the {line} {noun} in {town}, in peat-free compost.
    The {line} {noun} was found by {designer} in a garden near {town}.
    {brand} has grown this {line} line for {years} years without a heated greenhouse.
    Raised slowly in {town}, so it will not sulk when it meets your weather.
  `),
  middles: phrases(`
    Water when the top finger of soil is dry, then leave it alone.
    Expect {colour} within {months} months, sooner against a warm wall.
    Slugs were offered it and declined.
    It forgives a missed week and sulks at a soaked one.
    We have had one on the office windowsill for {years} years.
  `),
  closings: phrases(`
    Sent with a planting card and {pack} around the roots.
    If it does not come up, we send another.
    Good neighbours are anything else from the {line} collection.
    Dispatched on Mondays, so it never spends a weekend in a van.
  `),
}

const voices: Record<string, Voice> = {
  pantry: eaten,
  'bakery-sweets': eaten,
  drinks: eaten,
  plants: grown,
  clothing: worn,
  footwear: worn,
  bags: worn,
  accessories: worn,
}
export const voiceOf = (category: string) => voices[category] ?? used

export const designers = phrases(`
  Ines Corbray
  Tobias Wrenfield
  Amara Delacourt
  Henrik Solberg-Pace
  Mei Tanaka-Lowe
  Oona Brightwater
  Rafael Quintero
  Saskia van Orden
  Josephine Achebe
  Lars Thorvald
  Priya Ramanathan
  Cormac Healy
`)
export const packs = phrases(`
  shredded card
  a cotton bag
  a reusable tin
  corrugated card
  a paper sleeve
  a pine crate
`)

// The weight is a typical one in grams, the prices are in dollars.
export type Kind = [
  category: string,
  nouns: string[],
  images: string[],
  lowestPrice: number,
  highestPrice: number,
  materials: string[],
  weight: number,
]

const metal = ['aluminium', 'steel', 'brass', 'magnesium']
const clay = ['stoneware', 'porcelain', 'earthenware', 'bone china']
const wood = ['oak', 'walnut', 'beech', 'ash', 'cherry wood', 'birch ply']
const cloth = ['cotton', 'linen', 'merino wool', 'lambswool', 'organic cotton', 'hemp', 'tencel']
const hide = ['calf leather', 'bridle leather', 'suede', 'nubuck leather', 'cork']
const plastic = ['recycled ABS', 'polycarbonate', 'silicone', 'recycled nylon']
const glass = ['glass', 'crystal', 'recycled glass', 'borosilicate glass']
const paper = ['cotton paper', 'recycled paper', 'stone paper', 'linen board']
const food = ['paper bag', 'tin', 'glass jar', 'box']

export const kinds: Kind[] = [
  [
    'audio',
    ['Wireless Headphones', 'Over-Ear Headphones', 'Headset'],
    ['halden-quiet-wireless-headphones', 'halden-studio-wired-headphones'],
    39,
    420,
    metal,
    260,
  ],
  ['audio', ['Radio', 'Kitchen Radio', 'Travel Radio'], ['petrel-portable-radio'], 29, 240, [...wood, 'ABS'], 800],
  [
    'audio',
    ['Microphone', 'Condenser Microphone'],
    ['northbank-studio-microphone', 'northbank-stage-microphone'],
    45,
    390,
    metal,
    450,
  ],
  ['audio', ['Mixer', 'Audio Interface'], ['northbank-four-dial-mixer'], 69, 520, metal, 700],
  [
    'cameras',
    ['Film Camera', 'Rangefinder', 'Compact Camera'],
    ['orrin-35-film-camera', 'orrin-flash-compact-camera'],
    89,
    1150,
    metal,
    480,
  ],
  [
    'cameras',
    ['Cine Camera', 'Camcorder'],
    ['orrin-super-8-cine-camera', 'orrin-handheld-camcorder'],
    240,
    1480,
    metal,
    900,
  ],
  ['cameras', ['Projector', 'Slide Projector'], ['matinee-film-projector'], 149, 990, metal, 5200],
  [
    'computing',
    ['Laptop', 'Notebook Computer'],
    ['fable-14-laptop'],
    649,
    1500,
    ['recycled aluminium', 'magnesium'],
    1350,
  ],
  ['computing', ['Smartphone', 'Mobile Phone'], ['fable-one-phone'], 199, 990, ['glass and aluminium', 'ceramic'], 190],
  [
    'computing',
    ['Mouse', 'Wireless Mouse', 'Trackball'],
    ['quillion-wireless-mouse', 'quillion-trackball'],
    15,
    119,
    plastic,
    110,
  ],
  ['computing', ['Printer', 'Photo Printer'], ['inkling-compact-printer'], 89, 420, plastic, 4500],
  [
    'computing',
    ['Television', 'Monitor'],
    ['matinee-portable-television'],
    149,
    1190,
    ['walnut veneer', 'aluminium'],
    5200,
  ],
  ['gaming', ['Gamepad', 'Game Controller'], ['arcwell-wireless-gamepad'], 24, 149, plastic, 230],
  ['gaming', ['Joystick', 'Arcade Stick', 'Flight Stick'], ['arcwell-arcade-stick'], 35, 260, plastic, 1300],
  [
    'mugs',
    ['Mug', 'Coffee Mug', 'Espresso Cup', 'Cappuccino Cup'],
    ['tamsin-stoneware-mug', 'tamsin-indigo-mug', 'brindle-breakfast-mugs'],
    8,
    42,
    clay,
    370,
  ],
  ['mugs', ['Tea Cup', 'Tea Bowl'], ['kissa-tea-bowl'], 9, 48, clay, 280],
  ['glassware', ['Wine Glass', 'Goblet'], ['bellisle-red-wine-glasses'], 9, 72, glass, 180],
  ['glassware', ['Tumbler', 'Whisky Glass', 'Water Glass'], ['bellisle-cut-tumblers'], 6, 44, glass, 310],
  ['glassware', ['Storage Jar', 'Canister', 'Preserving Jar'], ['okra-pantry-jar'], 6, 36, glass, 480],
  ['tableware', ['Dinner Plate', 'Side Plate'], ['brindle-dinner-plates'], 9, 54, clay, 680],
  ['tableware', ['Cutlery Set', 'Flatware Set'], ['ferrous-everyday-cutlery'], 32, 290, ['stainless steel'], 1500],
  [
    'tableware',
    ['Cereal Bowl', 'Salad Bowl', 'Serving Bowl'],
    ['brindle-cereal-bowl', 'brindle-sharing-bowl'],
    11,
    78,
    clay,
    620,
  ],
  [
    'tableware',
    ['Chopsticks', 'Lunch Box'],
    ['kissa-lacquer-chopsticks', 'kissa-bento-box'],
    9,
    58,
    ['bamboo', 'ash', 'steel'],
    260,
  ],
  [
    'tea-coffee',
    ['Teapot', 'Kettle', 'Samovar'],
    ['ferrous-red-enamel-teapot', 'tamsin-sea-green-teapot'],
    24,
    190,
    ['cast iron', 'stoneware', 'enamelled steel'],
    1100,
  ],
  [
    'cookware',
    ['Skillet', 'Frying Pan', 'Crêpe Pan'],
    ['ferrous-cast-iron-skillet', 'ferrous-paella-pan'],
    22,
    180,
    ['cast iron', 'carbon steel', 'stainless steel'],
    1700,
  ],
  [
    'cookware',
    ['Stockpot', 'Casserole', 'Saucepan'],
    ['okra-stockpot', 'firnwald-fondue-set'],
    32,
    320,
    ['stainless steel', 'enamelled iron', 'copper'],
    2600,
  ],
  [
    'cookware',
    ['Chef’s Knife', 'Paring Knife', 'Santoku Knife'],
    ['sable-chefs-knife'],
    18,
    260,
    ['high-carbon steel', 'stainless steel'],
    170,
  ],
  [
    'lamps',
    ['Pendant Lamp', 'Table Lamp', 'Lantern'],
    ['paper-moon-lantern-lamp', 'paper-moon-indigo-lamp'],
    24,
    360,
    ['mulberry paper', 'linen', 'brass', 'glass'],
    900,
  ],
  ['lamps', ['Light Bulb', 'Filament Bulb'], ['lowlight-filament-bulb'], 4, 34, ['glass'], 60],
  [
    'candles',
    ['Candle', 'Pillar Candle', 'Candlestick'],
    ['tallow-beeswax-candle', 'tallow-evening-trio'],
    5,
    62,
    ['beeswax', 'soy wax', 'rapeseed wax'],
    320,
  ],
  [
    'furniture',
    ['Chair', 'Dining Chair', 'Stool'],
    ['rookery-kitchen-chair', 'rookery-painted-chair'],
    69,
    620,
    wood,
    5200,
  ],
  [
    'furniture',
    ['Sofa', 'Armchair', 'Loveseat'],
    ['rookery-reading-corner'],
    390,
    1500,
    ['cotton', 'wool bouclé', 'linen'],
    42000,
  ],
  [
    'furniture',
    ['Cabinet', 'Filing Cabinet', 'Sideboard'],
    ['dovetail-two-drawer-cabinet'],
    120,
    980,
    ['steel', ...wood],
    17000,
  ],
  [
    'decor',
    ['Mantel Clock', 'Alarm Clock', 'Wall Clock'],
    ['quarterhour-mantel-clock', 'quarterhour-twin-bell-alarm', 'quarterhour-mint-alarm'],
    16,
    290,
    ['cherry wood', 'steel', 'brass'],
    800,
  ],
  [
    'decor',
    ['Mirror', 'Picture Frame'],
    ['larkhall-oval-mirror', 'larkhall-landscape-print'],
    19,
    340,
    ['oak', 'lime wood', 'brass'],
    2100,
  ],
  [
    'decor',
    ['Vase', 'Amphora', 'Basket'],
    ['cyclades-amphora-vase', 'weald-willow-basket'],
    14,
    210,
    ['earthenware', 'willow', 'porcelain'],
    1200,
  ],
  [
    'bath',
    ['Soap', 'Shampoo Bar', 'Hand Lotion'],
    ['hollin-rose-clay-soap', 'hollin-hand-lotion'],
    4,
    38,
    ['olive oil', 'shea butter', 'oat milk'],
    180,
  ],
  [
    'bath',
    ['Toothbrush', 'Safety Razor', 'Sponge'],
    ['hollin-toothbrush-pair', 'sable-safety-razor', 'fathom-natural-sponge'],
    4,
    78,
    ['bamboo', 'brass', 'cellulose'],
    80,
  ],
  [
    'camping',
    ['Tent', 'Bivouac', 'Tarpaulin'],
    ['fellwater-two-person-tent'],
    79,
    820,
    ['ripstop nylon', 'cotton canvas'],
    2300,
  ],
  [
    'camping',
    ['Backpack', 'Rucksack', 'Daypack'],
    ['fellwater-day-backpack', 'fellwater-forest-backpack'],
    39,
    310,
    ['recycled nylon', 'waxed canvas'],
    900,
  ],
  [
    'camping',
    ['Compass', 'Torch', 'Telescope', 'Binoculars'],
    ['meridian-brass-compass', 'meridian-pocket-torch', 'meridian-field-telescope'],
    18,
    440,
    metal,
    340,
  ],
  [
    'sports',
    ['Tennis Racket', 'Badminton Racket'],
    ['kitehawk-club-tennis-racket', 'kitehawk-badminton-set'],
    24,
    260,
    ['graphite', 'aluminium'],
    240,
  ],
  [
    'sports',
    ['Football', 'Basketball', 'Flying Disc'],
    ['kitehawk-match-football', 'kitehawk-street-basketball', 'kitehawk-flying-disc'],
    9,
    89,
    ['polyurethane', 'rubber', 'leather'],
    430,
  ],
  [
    'sports',
    ['Boxing Gloves', 'Dartboard', 'Recurve Bow'],
    ['redcorner-boxing-gloves', 'fletcher-target-and-darts', 'fletcher-recurve-bow'],
    29,
    340,
    ['leather', 'sisal', 'yew'],
    1400,
  ],
  ['wheels', ['Bicycle', 'City Bike'], ['pedalwise-city-bicycle'], 390, 1500, ['steel', 'aluminium'], 12800],
  [
    'wheels',
    ['Skateboard', 'Longboard', 'Scooter', 'Roller Skates'],
    ['curbside-maple-skateboard', 'curbside-sunset-skateboard', 'pedalwise-kick-scooter', 'curbside-roller-skates'],
    45,
    260,
    ['maple', 'bamboo', 'aluminium'],
    2600,
  ],
  [
    'winter-water',
    ['Skis', 'Ice Skates', 'Sledge'],
    ['snowmark-alpine-skis', 'snowmark-figure-skates', 'snowmark-ash-sledge'],
    59,
    690,
    ['ash', 'fibreglass', 'leather'],
    3400,
  ],
  [
    'winter-water',
    ['Snorkel Set', 'Goggles', 'Diving Mask'],
    ['driftline-snorkel-mask', 'snowmark-snow-goggles'],
    19,
    150,
    ['silicone', 'tempered glass'],
    320,
  ],
  [
    'soft-wooden',
    ['Teddy Bear', 'Soft Toy'],
    ['button-classic-teddy-bear', 'button-blue-teddy-bear'],
    12,
    89,
    ['mohair', 'organic cotton', 'linen'],
    310,
  ],
  [
    'soft-wooden',
    ['Abacus', 'Nesting Dolls', 'Dinosaur'],
    ['abaco-counting-frame', 'matryona-nesting-dolls', 'saurus-green-t-rex', 'saurus-longneck'],
    14,
    68,
    ['beech', 'lime wood', 'natural rubber'],
    460,
  ],
  [
    'vehicles',
    ['Locomotive', 'Racing Car', 'Rocket', 'Robot'],
    ['tin-parade-steam-engine', 'tin-parade-racing-car', 'tin-parade-moon-rocket', 'gizmo-tin-robot'],
    15,
    99,
    ['tinplate', 'beech', 'die-cast zinc'],
    440,
  ],
  [
    'games-puzzles',
    ['Chess Set', 'Dice Set', 'Jigsaw Puzzle', 'Kite', 'Yo-Yo'],
    ['gambit-chess-pieces', 'gambit-dice-set', 'jumble-meadow-jigsaw', 'skylark-diamond-kite', 'loop-wooden-yo-yo'],
    8,
    120,
    ['boxwood', 'maple', 'recycled board'],
    420,
  ],
  [
    'plants',
    ['House Plant', 'Cactus', 'Succulent'],
    ['mossgate-potted-bay', 'mossgate-column-cactus'],
    6,
    85,
    ['terracotta pot', 'peat-free compost'],
    1500,
  ],
  [
    'plants',
    ['Tulip Bulbs', 'Sunflower Seeds', 'Climbing Rose', 'Seedling'],
    ['mossgate-tulip-bulbs', 'mossgate-sunflower-seeds', 'mossgate-climbing-rose', 'mossgate-oak-seedling'],
    3,
    34,
    ['seed', 'bulbs', 'bare root'],
    240,
  ],
  [
    'garden-tools',
    ['Bucket', 'Gardening Gloves', 'Ladder', 'Axe', 'Pickaxe'],
    [
      'mossgate-garden-bucket',
      'mossgate-gardening-gloves',
      'ironbell-orchard-ladder',
      'ironbell-splitting-axe',
      'ironbell-digging-pick',
    ],
    9,
    190,
    ['forged steel', 'galvanised steel', 'goatskin', 'ash'],
    1600,
  ],
  [
    'hand-tools',
    ['Hammer', 'Wrench', 'Screwdriver', 'Handsaw', 'Clamp', 'Toolbox'],
    [
      'ironbell-claw-hammer',
      'ironbell-wrench',
      'ironbell-screwdrivers',
      'ironbell-panel-saw',
      'ironbell-g-clamp',
      'ironbell-steel-toolbox',
    ],
    7,
    140,
    ['forged steel', 'chrome vanadium steel', 'ductile iron', 'hickory'],
    620,
  ],
  [
    'writing',
    ['Fountain Pen', 'Ballpoint Pen', 'Pencil Set'],
    ['pocketwren-fountain-pen', 'pocketwren-emerald-fountain-pen', 'pocketwren-click-pen', 'cedarpoint-pencils'],
    4,
    210,
    ['brass', 'resin', 'cedar', 'aluminium'],
    24,
  ],
  [
    'notebooks',
    ['Notebook', 'Journal', 'Sketchbook', 'Ledger'],
    ['larkspur-pocket-notebook', 'larkspur-confetti-notebook', 'larkspur-ring-ledger', 'larkspur-reporters-pad'],
    4,
    48,
    paper,
    280,
  ],
  [
    'art-craft',
    ['Paint Palette', 'Paintbrush', 'Scissors', 'Knitting Yarn', 'Sewing Thread'],
    [
      'pigment-house-palette',
      'pigment-house-brush',
      'snips-craft-scissors',
      'skein-merino-yarn',
      'skein-cotton-thread',
    ],
    4,
    92,
    ['beech', 'merino wool', 'cotton', 'stainless steel'],
    130,
  ],
  [
    'pantry',
    ['Honey', 'Olives', 'Beans', 'Tomatoes', 'Sea Salt', 'Cheese', 'Peanuts'],
    [
      'goodlarder-heather-honey',
      'goodlarder-nocellara-olives',
      'goodlarder-red-kidney-beans',
      'goodlarder-plum-tomatoes',
      'saltworks-sea-salt',
      'firnwald-mountain-cheese',
      'goodlarder-roast-peanuts',
    ],
    3,
    32,
    food,
    420,
  ],
  [
    'bakery-sweets',
    ['Chocolate Bar', 'Cookies', 'Sourdough Loaf', 'Pretzels', 'Lollipop', 'Sweets'],
    [
      'sugarbird-dark-chocolate',
      'oven-row-oat-cookies',
      'oven-row-country-loaf',
      'oven-row-pretzels',
      'sugarbird-swirl-lollipop',
      'sugarbird-humbug-sweets',
    ],
    3,
    26,
    food,
    280,
  ],
  [
    'drinks',
    ['Sparkling Elderflower', 'Apple Juice', 'Whole Milk'],
    ['sparrow-press-elderflower-fizz', 'sparrow-press-apple-juice', 'meadow-whole-milk'],
    3,
    28,
    ['glass bottle', 'carton'],
    800,
  ],
  [
    'clothing',
    ['Coat', 'Overcoat', 'Jacket'],
    ['wayfold-camel-coat'],
    89,
    690,
    ['wool', 'waxed cotton', 'linen'],
    1300,
  ],
  ['clothing', ['T-Shirt', 'Blouse', 'Pullover'], ['wayfold-organic-tee', 'wayfold-pink-tee'], 16, 140, cloth, 190],
  [
    'clothing',
    ['Jeans', 'Dress', 'Socks', 'Kimono'],
    [
      'selvedge-straight-jeans',
      'wayfold-summer-dress',
      'wayfold-garnet-dress',
      'solveig-walking-socks',
      'kaze-printed-robe',
    ],
    9,
    240,
    ['denim', ...cloth],
    380,
  ],
  [
    'footwear',
    ['Running Shoes', 'Trainers', 'Sneakers'],
    ['tidewater-running-shoes', 'tidewater-ember-trainers'],
    49,
    230,
    ['recycled mesh', 'suede', 'merino wool'],
    520,
  ],
  [
    'footwear',
    ['Hiking Boots', 'Derby Shoes', 'Sandals', 'Ankle Boots'],
    ['fellwater-hiking-boots', 'heron-derby-shoes', 'tidewater-beach-sandals', 'heron-scarlet-boots'],
    19,
    390,
    hide,
    980,
  ],
  [
    'bags',
    ['Handbag', 'Clutch', 'Suitcase', 'Briefcase'],
    [
      'heron-top-handle-handbag',
      'heron-blush-clutch',
      'roamwell-cabin-suitcase',
      'roamwell-olive-suitcase',
      'heron-leather-briefcase',
    ],
    39,
    620,
    [...hide, 'polycarbonate'],
    1400,
  ],
  [
    'accessories',
    ['Wristwatch', 'Chronograph'],
    ['quarterhour-field-watch', 'quarterhour-rose-watch'],
    59,
    980,
    ['steel', 'titanium'],
    62,
  ],
  [
    'accessories',
    ['Sunglasses', 'Reading Glasses', 'Scarf', 'Umbrella', 'Sun Hat', 'Baseball Cap'],
    [
      'marlowe-round-sunglasses',
      'marlowe-reading-glasses',
      'solveig-red-scarf',
      'drizzle-storm-umbrella',
      'brim-straw-sun-hat',
      'brim-baseball-cap',
    ],
    14,
    190,
    ['acetate', 'lambswool', 'raffia', 'cotton twill'],
    140,
  ],
  [
    'strings-keys',
    ['Guitar', 'Violin', 'Banjo', 'Keyboard'],
    ['cadenza-electric-guitar', 'bellwether-student-violin', 'bellwether-open-back-banjo', 'northbank-pocket-keyboard'],
    120,
    1450,
    ['alder', 'spruce', 'maple', 'mahogany'],
    2700,
  ],
  [
    'wind-percussion',
    ['Trumpet', 'Saxophone', 'Drum', 'Maracas', 'Flute'],
    [
      'bellwether-brass-trumpet',
      'bellwether-alto-saxophone',
      'skinner-marching-drum',
      'skinner-maracas',
      'bellwether-wooden-flute',
    ],
    15,
    1290,
    ['brass', 'birch', 'pearwood'],
    1500,
  ],
]
