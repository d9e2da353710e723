// What every picture of the demonstration catalogue shows: which objects of the icon set, in which colours, on which
// backdrop. compose.ts draws it. The backdrop's hue comes from the category, its shape and tone from the place in the
// category, so an entry names only what differs.

// Colours are OKLCH: hue in degrees (red 25, orange 55, yellow 95, green 145, teal 190, blue 255, violet 295, pink 350).
export type Paint = {
  only?: 'grey' | 'colour' | [fromHue: number, toHue: number]
  below?: number // applies to less colourful parts only
  to?: number
  turn?: number
  chroma?: number
  atLeast?: number
  lift?: number
  contrast?: number
}
export type Layer = {
  icon: string
  paint?: Paint | Paint[]
  scale?: number
  turn?: number
  flip?: boolean
  dx?: number
  dy?: number
  plain?: boolean // without soft inner shadows, where the object would be too large a file
  omit?: string // leaves out the part whose path starts so
}
export type Picture = {
  layers: Layer[]
  lay?: 'stand' | 'flat'
  tone?: 'light' | 'mid' | 'deep'
  shape?: 'disc' | 'arch' | 'sun' | 'rings' | 'hill' | 'pane' | 'sheet' | 'slant'
  hue?: number
  plinth?: boolean
}
type Look = Omit<Picture, 'layers'> & Omit<Layer, 'icon' | 'paint'>

function one(icon: string, paint?: Paint | Paint[], look: Look = {}): Picture {
  const { lay, tone, shape, hue, plinth, ...layer } = look
  return { layers: [{ icon, paint, ...layer }], lay, tone, shape, hue, plinth }
}
const many = (layers: Layer[], look: Omit<Picture, 'layers'> = {}): Picture => ({ layers, ...look })

const to = (hue: number, more: Omit<Paint, 'to'> = {}): Paint => ({ to: hue, ...more })
const tint = (hue: number, atLeast = 0.09, more: Omit<Paint, 'to' | 'atLeast'> = {}): Paint => ({
  only: 'grey',
  to: hue,
  atLeast,
  ...more,
})

// A mug's glaze: its greys and the violet they fade to, but not the coffee.
const glaze = (hue: number, atLeast: number, lift: number): Paint[] => [
  { only: [250, 345], to: hue, chroma: 1, atLeast, lift },
  tint(hue, atLeast, { lift }),
]

// Slanted things lie side by side across their slant: rising like "/" or falling like "\\".
const slanted = (icon: string, paints: (Paint | undefined)[], slant: 'rising' | 'falling', scale: number): Layer[] => {
  const sign = slant === 'rising' ? 1 : -1
  const slots: [number, number][] =
    paints.length === 2
      ? [
          [282, 352],
          [520, 452],
        ]
      : [
          [228, 304],
          [576, 322],
          [404, 520],
        ]
  return paints.map((paint, at) => {
    const across = (at - (paints.length - 1) / 2) * (paints.length === 2 ? 170 : 142)
    return { icon, paint, scale, dx: 400 + across - slots[at]![0], dy: 400 + across * sign - slots[at]![1] }
  })
}

export const pictures: Record<string, Picture> = {
  'category-electronics': many([
    { icon: 'video-game' },
    { icon: 'camera', flip: true },
    { icon: 'headphone', paint: tint(60, 0.07) },
  ]),
  'category-kitchen': many([
    { icon: 'pot-of-food' },
    { icon: 'wine-glass', dx: 14 },
    { icon: 'teapot', scale: 0.92, dx: -6 },
  ]),
  'category-home': many([
    { icon: 'couch-and-lamp', scale: 1.4, dx: 60, dy: 10 },
    { icon: 'alarm-clock', scale: 0.56, dx: 110, dy: 24 },
  ]),
  'category-outdoor': many(
    [
      { icon: 'tent', scale: 1.1 },
      { icon: 'basketball', scale: 0.8 },
      { icon: 'backpack', scale: 0.96 },
    ],
    { hue: 190 },
  ),
  'category-toys': many([
    { icon: 'rocket', scale: 1.1 },
    { icon: 'nesting-dolls' },
    { icon: 'game-die', scale: 0.66, dx: -20 },
  ]),
  'category-garden': many(
    [{ icon: 'sunflower' }, { icon: 'bucket', scale: 0.9 }, { icon: 'potted-plant', scale: 0.95 }],
    { hue: 120 },
  ),
  'category-workshop': many([{ icon: 'hammer' }, { icon: 'carpentry-saw' }, { icon: 'toolbox', scale: 1.04 }]),
  'category-stationery': many(
    [
      { icon: 'notebook', paint: to(350, { lift: 0.06 }), turn: -10, scale: 1.15 },
      { icon: 'artist-palette', scale: 1.05, dx: 10, dy: 10 },
      { icon: 'pencil', scale: 1.05, dx: -10 },
    ],
    { lay: 'flat' },
  ),
  'category-food-drink': many([{ icon: 'cheese-wedge' }, { icon: 'bread' }, { icon: 'honey-pot' }]),
  'category-fashion': many([{ icon: 'dress', scale: 1.1 }, { icon: 'womans-hat', scale: 0.95 }, { icon: 'handbag' }]),
  'category-music': many([{ icon: 'saxophone', scale: 1.1 }, { icon: 'drum' }, { icon: 'guitar', scale: 1.06 }]),
  // Audio
  'halden-quiet-wireless-headphones': one('headphone', tint(70, 0.055), { tone: 'mid', shape: 'disc' }),
  'halden-studio-wired-headphones': one('headphone', tint(262, 0.11, { lift: -0.28 }), { hue: 230 }),
  'petrel-portable-radio': one('radio', undefined, { hue: 55, shape: 'arch' }),
  'northbank-studio-microphone': one('studio-microphone', undefined, { tone: 'deep', hue: 290, plinth: true }),
  'northbank-stage-microphone': one('microphone', undefined, { hue: 25, tone: 'mid' }),
  'northbank-four-dial-mixer': one('control-knobs', undefined, { lay: 'flat', tone: 'mid' }),
  // Cameras
  'orrin-35-film-camera': one('camera', undefined, { hue: 65, tone: 'mid', shape: 'disc' }),
  'orrin-flash-compact-camera': one('camera-with-flash', tint(300, 0.05, { lift: -0.08 }), {
    hue: 320,
    shape: 'rings',
  }),
  'orrin-super-8-cine-camera': one('movie-camera', undefined, { hue: 20, shape: 'arch' }),
  'orrin-handheld-camcorder': one('video-camera', undefined, { hue: 200, tone: 'mid', shape: 'sun' }),
  'matinee-film-projector': one('film-projector', undefined, { tone: 'deep', hue: 275, shape: 'pane' }),
  'matinee-colour-negative-film': many(
    [
      { icon: 'film-frames', turn: -14, paint: to(30), plain: true },
      { icon: 'film-frames', turn: 9, paint: to(150), plain: true },
      { icon: 'film-frames', turn: -4, plain: true },
    ],
    { lay: 'flat', hue: 85 },
  ),
  // Computing
  'fable-14-laptop': one('laptop', undefined, { plain: true, hue: 295, scale: 1.12, shape: 'sun' }),
  'fable-one-phone': one('mobile-phone', undefined, { hue: 330, shape: 'arch', plinth: true, scale: 0.92 }),
  'quillion-wireless-mouse': one('computer-mouse', undefined, { tone: 'mid', hue: 220, lay: 'flat' }),
  'quillion-trackball': one('trackball', undefined, { lay: 'flat', hue: 255 }),
  'inkling-compact-printer': one('printer', undefined, { hue: 240, shape: 'hill' }),
  'voltline-rechargeable-cells': many(
    [
      { icon: 'battery', scale: 1.1 },
      { icon: 'battery', scale: 1.1, paint: to(175) },
      { icon: 'battery', scale: 1.1, paint: to(100) },
    ],
    { hue: 262 },
  ),
  'matinee-portable-television': one('television', [tint(60, 0.06, { lift: -0.04 })], {
    hue: 70,
    tone: 'mid',
    shape: 'rings',
  }),
  'arcwell-wireless-gamepad': one('video-game', undefined, { hue: 300, lay: 'flat' }),
  'arcwell-arcade-stick': one('joystick', undefined, { hue: 15, shape: 'sun' }),
  // Mugs and glasses
  'tamsin-stoneware-mug': one('hot-beverage', glaze(75, 0.035, 0), {
    tone: 'mid',
    hue: 40,
    lay: 'flat',
    shape: 'disc',
  }),
  'tamsin-indigo-mug': one('hot-beverage', glaze(265, 0.13, -0.24), { hue: 235, lay: 'flat', shape: 'sheet' }),
  'brindle-breakfast-mugs': many(
    [
      { icon: 'hot-beverage', paint: glaze(30, 0.12, -0.04), scale: 1.06 },
      { icon: 'hot-beverage', paint: glaze(150, 0.07, -0.04), scale: 1.06 },
    ],
    { hue: 85, lay: 'flat' },
  ),
  'kissa-tea-bowl': one('teacup-without-handle', undefined, { hue: 150, tone: 'mid', shape: 'arch' }),
  'copperhouse-beer-mug': one('beer-mug', undefined, { hue: 55, shape: 'rings' }),
  'pampa-gourd-mate-cup': one('mate', undefined, { hue: 120, shape: 'sun' }),
  'bellisle-red-wine-glasses': many([{ icon: 'wine-glass' }, { icon: 'wine-glass' }], {
    hue: 10,
    tone: 'mid',
    shape: 'arch',
  }),
  'bellisle-cut-tumblers': one('tumbler-glass', undefined, { tone: 'mid', hue: 150, shape: 'arch', scale: 0.9 }),
  'bellisle-cocktail-glasses': many(
    [{ icon: 'cocktail-glass' }, { icon: 'cocktail-glass', paint: { only: [80, 160], to: 30 } }],
    {
      hue: 330,
      shape: 'pane',
    },
  ),
  'okra-pantry-jar': one('jar', undefined, { tone: 'mid', hue: 140, shape: 'arch' }),
  'kissa-sake-set': one('sake', undefined, { hue: 255, tone: 'mid', shape: 'rings' }),
  // Tableware
  'brindle-dinner-plates': one('fork-and-knife-with-plate', undefined, { lay: 'flat', tone: 'mid', hue: 150 }),
  'ferrous-everyday-cutlery': one('fork-and-knife', undefined, { lay: 'flat', tone: 'deep', hue: 200 }),
  'brindle-cereal-bowl': one('bowl-with-spoon', undefined, { hue: 75, shape: 'arch' }),
  'brindle-sharing-bowl': one(
    'bowl-with-spoon',
    { only: 'colour', to: 42, lift: 0.06 },
    { hue: 100, shape: 'hill', flip: true },
  ),
  'kissa-lacquer-chopsticks': one('chopsticks', { only: 'colour', to: 30 }, { lay: 'flat', hue: 75 }),
  'kissa-bento-box': one('bento-box', undefined, { hue: 25, shape: 'rings' }),
  // Tea, coffee, cookware
  'ferrous-red-enamel-teapot': one('teapot', undefined, { hue: 70, shape: 'arch' }),
  'tamsin-sea-green-teapot': one('teapot', to(180, { chroma: 0.6 }), { hue: 35, flip: true, shape: 'disc' }),
  'tinker-cold-brew-cup': one('bubble-tea', undefined, { hue: 85, shape: 'sun' }),
  'ferrous-cast-iron-skillet': one('cooking', undefined, { lay: 'flat', hue: 50, tone: 'mid' }),
  'ferrous-paella-pan': one('shallow-pan-of-food', undefined, { lay: 'flat', hue: 75 }),
  'okra-stockpot': one('pot-of-food', undefined, { hue: 130, shape: 'hill' }),
  'firnwald-fondue-set': one('fondue', undefined, { hue: 60, shape: 'arch' }),
  'sable-chefs-knife': one('kitchen-knife', undefined, { lay: 'flat', hue: 30, tone: 'mid' }),
  // Lamps and candles
  'paper-moon-lantern-lamp': one('red-paper-lantern', undefined, { hue: 60, shape: 'disc', tone: 'mid', dy: -50 }),
  'paper-moon-indigo-lamp': one(
    'red-paper-lantern',
    { only: [0, 75], to: 268, lift: -0.02 },
    { hue: 275, dy: -50, shape: 'rings' },
  ),
  'lowlight-star-night-lamp': one('crystal-ball', undefined, { tone: 'deep', hue: 280, shape: 'disc' }),
  'lowlight-filament-bulb': one('light-bulb', undefined, { hue: 75, tone: 'mid', shape: 'rings', dy: -40 }),
  'lowlight-mirror-ball': one('mirror-ball', undefined, { tone: 'deep', hue: 320, dy: -40, shape: 'pane' }),
  'tallow-beeswax-candle': one(
    'candle',
    { below: 0.1, to: 85, atLeast: 0.03 },
    { tone: 'deep', hue: 275, shape: 'arch' },
  ),
  'tallow-evening-trio': many(
    [
      { icon: 'candle', scale: 1.1, paint: { below: 0.11, to: 10, atLeast: 0.07 } },
      { icon: 'candle', scale: 1.1, paint: { below: 0.11, to: 250, atLeast: 0.06 } },
      { icon: 'candle', scale: 1.1, paint: { below: 0.11, to: 145, atLeast: 0.06 } },
    ],
    { hue: 300, tone: 'mid' },
  ),
  'saffron-row-clay-oil-lamp': one('diya-lamp', undefined, { tone: 'deep', hue: 300, lay: 'flat' }),
  // Furniture and decor
  'rookery-kitchen-chair': one('chair', to(48, { chroma: 1.4 }), { hue: 85, shape: 'pane', scale: 1.06 }),
  'rookery-painted-chair': one(
    'chair',
    { to: 155, chroma: 1.1, lift: 0.02 },
    { hue: 60, shape: 'arch', flip: true, scale: 1.06 },
  ),
  'rookery-reading-corner': one('couch-and-lamp', undefined, { hue: 70, shape: 'sun', scale: 1.1 }),
  'rookery-daybed': one('bed', undefined, { hue: 30, shape: 'pane', scale: 1.1 }),
  'dovetail-two-drawer-cabinet': one('file-cabinet', undefined, { hue: 100, shape: 'arch' }),
  'quarterhour-mantel-clock': one('mantelpiece-clock', undefined, { hue: 90, shape: 'arch' }),
  'quarterhour-twin-bell-alarm': one('alarm-clock', undefined, { hue: 210, shape: 'disc' }),
  'quarterhour-mint-alarm': one(
    'alarm-clock',
    { only: [330, 45], to: 172, chroma: 0.65, lift: 0.1 },
    { hue: 20, shape: 'rings' },
  ),
  'quarterhour-kitchen-timer': one('timer-clock', undefined, { hue: 85, shape: 'disc', scale: 0.94 }),
  'glasshouse-sand-timer': one('hourglass-not-done', undefined, { hue: 190, shape: 'arch', scale: 0.98 }),
  'larkhall-oval-mirror': one('mirror', undefined, { hue: 20, lay: 'flat', tone: 'mid' }),
  'larkhall-landscape-print': one('framed-picture', undefined, { lay: 'flat', hue: 95 }),
  'weald-willow-basket': one('basket', undefined, { hue: 130, shape: 'hill' }),
  'cyclades-amphora-vase': one('amphora', undefined, { hue: 230, shape: 'arch', plinth: true, scale: 0.98 }),
  'kaze-glass-wind-chime': one('wind-chime', undefined, { hue: 340, shape: 'disc', dy: -40, scale: 1.06 }),
  // Bath
  'hollin-rose-clay-soap': one('soap', undefined, { lay: 'flat', hue: 350 }),
  'hollin-hand-lotion': one('lotion-bottle', undefined, {
    hue: 155,
    plinth: true,
    shape: 'arch',
    tone: 'mid',
    scale: 0.95,
  }),
  'fathom-natural-sponge': one('sponge', undefined, { hue: 205, lay: 'flat' }),
  'hollin-toothbrush-pair': many(
    slanted(
      'toothbrush',
      [
        { only: [330, 60], to: 32 },
        { only: [330, 60], to: 190, chroma: 0.7 },
      ],
      'falling',
      1.2,
    ),
    { lay: 'flat', hue: 340 },
  ),
  'sable-safety-razor': one('razor', undefined, { lay: 'flat', hue: 80, tone: 'mid' }),
  // Camping
  'fellwater-two-person-tent': one('tent', undefined, { hue: 265, shape: 'hill', tone: 'mid', scale: 1.08 }),
  'fellwater-day-backpack': one('backpack', undefined, { hue: 175, shape: 'sun' }),
  'fellwater-forest-backpack': one(
    'backpack',
    { to: 160, chroma: 0.62, lift: -0.06 },
    { hue: 85, shape: 'hill', flip: true },
  ),
  'meridian-brass-compass': one('compass', undefined, { lay: 'flat', hue: 200, tone: 'mid' }),
  'meridian-pocket-torch': one('flashlight', undefined, { lay: 'flat', tone: 'deep', hue: 265 }),
  'meridian-field-telescope': one('telescope', undefined, { tone: 'mid', hue: 285, shape: 'sun' }),
  'driftline-cedar-canoe': one('canoe', undefined, {
    hue: 225,
    shape: 'sun',
    scale: 1.2,
    tone: 'mid',
    omit: 'M29.949',
  }),
  'fellwater-brook-fishing-rod': one('fishing-pole', undefined, { hue: 190, shape: 'disc' }),
  // Sport
  'kitehawk-club-tennis-racket': one('tennis', undefined, { lay: 'flat', hue: 150, tone: 'mid' }),
  'kitehawk-badminton-set': one('badminton', undefined, { lay: 'flat', hue: 95 }),
  'kitehawk-match-football': one('soccer-ball', undefined, { hue: 145, shape: 'hill', tone: 'mid', scale: 0.9 }),
  'kitehawk-street-basketball': one('basketball', undefined, { hue: 265, shape: 'disc', scale: 0.9 }),
  'redcorner-boxing-gloves': many(
    [
      { icon: 'boxing-glove', flip: true, turn: -8 },
      { icon: 'boxing-glove', turn: 8 },
    ],
    { hue: 210, shape: 'rings' },
  ),
  'fletcher-recurve-bow': one('bow-and-arrow', undefined, { lay: 'flat', hue: 130 }),
  'fletcher-target-and-darts': one('bullseye', undefined, { lay: 'flat', hue: 190 }),
  'kitehawk-flying-disc': one('flying-disc', undefined, { lay: 'flat', hue: 85 }),
  // Bikes, boards, snow, water
  'pedalwise-city-bicycle': one('bicycle', undefined, { hue: 160, shape: 'sun', scale: 1.14 }),
  'pedalwise-kick-scooter': one('kick-scooter', undefined, { hue: 70, shape: 'arch' }),
  'curbside-maple-skateboard': one('skateboard', undefined, { lay: 'flat', hue: 160, tone: 'mid' }),
  'curbside-sunset-skateboard': one('skateboard', [{ only: [270, 360], to: 50, lift: 0.3, chroma: 1.7 }], {
    lay: 'flat',
    hue: 205,
    flip: true,
  }),
  'curbside-roller-skates': one('roller-skate', undefined, { hue: 330, shape: 'sun' }),
  'snowmark-alpine-skis': one('skis', undefined, { hue: 225, lay: 'flat' }),
  'snowmark-figure-skates': one('ice-skate', undefined, { tone: 'mid', hue: 220, shape: 'arch' }),
  'snowmark-ash-sledge': one('sled', undefined, { hue: 235, shape: 'hill' }),
  'driftline-snorkel-mask': one('diving-mask', undefined, { hue: 195, lay: 'flat' }),
  'snowmark-snow-goggles': one('goggles', undefined, { hue: 205, lay: 'flat', tone: 'mid' }),
  // Toys
  'button-classic-teddy-bear': one('teddy-bear', undefined, { hue: 80, shape: 'arch', tone: 'mid' }),
  'button-blue-teddy-bear': one(
    'teddy-bear',
    { only: 'colour', to: 245, chroma: 0.55, lift: 0.06 },
    { hue: 20, shape: 'disc', flip: true },
  ),
  'matryona-nesting-dolls': many(
    [
      { icon: 'nesting-dolls', paint: { only: [330, 45], to: 255 } },
      { icon: 'nesting-dolls', paint: { only: [330, 45], to: 155 } },
      { icon: 'nesting-dolls' },
    ],
    { hue: 95, shape: 'rings' },
  ),
  'abaco-counting-frame': one('abacus', undefined, { lay: 'flat', hue: 180, scale: 0.92 }),
  'saurus-green-t-rex': one('t-rex', undefined, { hue: 60, shape: 'hill' }),
  'saurus-longneck': one('sauropod', { turn: 40 }, { hue: 110, shape: 'sun' }),
  'tin-parade-steam-engine': one('locomotive', undefined, { hue: 90, shape: 'hill' }),
  'tin-parade-racing-car': one('racing-car', undefined, { hue: 220, shape: 'pane', scale: 1.26 }),
  'tin-parade-moon-rocket': one('rocket', undefined, { lay: 'flat', tone: 'deep', hue: 280 }),
  'gizmo-tin-robot': one('robot', undefined, { hue: 210, shape: 'arch' }),
  'gambit-chess-pieces': one('chess-pawn', undefined, {
    hue: 60,
    tone: 'mid',
    plinth: true,
    shape: 'arch',
    scale: 0.92,
  }),
  'gambit-dice-set': many(
    [
      { icon: 'game-die', paint: tint(20, 0.16, { lift: -0.2 }), turn: -9, scale: 0.86 },
      { icon: 'game-die', paint: tint(160, 0.11, { lift: -0.14 }), turn: 8, scale: 0.86 },
      { icon: 'game-die', scale: 0.86 },
    ],
    { hue: 85, tone: 'mid' },
  ),
  'jumble-meadow-jigsaw': one('puzzle-piece', undefined, { lay: 'flat', hue: 160 }),
  'tricksy-magic-set': one('magic-wand', undefined, { lay: 'flat', tone: 'deep', hue: 300 }),
  'skylark-diamond-kite': one('kite', undefined, { lay: 'flat', hue: 235 }),
  'loop-wooden-yo-yo': one('yo-yo', undefined, { lay: 'flat', hue: 85 }),
  // Garden
  'mossgate-potted-bay': one('potted-plant', undefined, { hue: 130, shape: 'arch' }),
  'mossgate-column-cactus': one('cactus', undefined, { hue: 45, shape: 'sun' }),
  'mossgate-tulip-bulbs': many(
    [
      { icon: 'tulip', scale: 1.15 },
      { icon: 'tulip', scale: 1.15, flip: true, paint: { only: [300, 20], turn: 25 } },
      { icon: 'tulip', scale: 1.15 },
    ],
    { hue: 150 },
  ),
  'mossgate-sunflower-seeds': one('sunflower', undefined, { hue: 225, shape: 'sun', scale: 1.04 }),
  'mossgate-kitchen-herbs': one('herb', undefined, { lay: 'flat', hue: 95 }),
  'mossgate-oak-seedling': one('seedling', undefined, { hue: 75, shape: 'hill' }),
  'mossgate-climbing-rose': one('rose', undefined, { hue: 125, shape: 'arch', scale: 1.04 }),
  'mossgate-garden-bucket': one('bucket', undefined, { hue: 110, shape: 'hill' }),
  'mossgate-gardening-gloves': one('gloves', undefined, { lay: 'flat', hue: 130 }),
  'ironbell-orchard-ladder': one('ladder', undefined, { hue: 135, shape: 'hill' }),
  'ironbell-digging-pick': one('pick', undefined, { lay: 'flat', hue: 70 }),
  'ironbell-splitting-axe': one('axe', undefined, { lay: 'flat', hue: 140, tone: 'mid' }),
  // Workshop
  'ironbell-claw-hammer': one('hammer', undefined, { lay: 'flat', hue: 75 }),
  'ironbell-wrench': one('wrench', undefined, { lay: 'flat', tone: 'deep', hue: 240 }),
  'ironbell-screwdrivers': many(slanted('screwdriver', [undefined, { only: [330, 45], to: 255 }], 'falling', 1.2), {
    lay: 'flat',
    hue: 90,
  }),
  'ironbell-panel-saw': one('carpentry-saw', undefined, { lay: 'flat', hue: 215, tone: 'mid' }),
  'ironbell-g-clamp': one('clamp', undefined, { lay: 'flat', hue: 50 }),
  'ironbell-steel-toolbox': one('toolbox', undefined, { hue: 240, shape: 'sun' }),
  // Stationery
  'pocketwren-fountain-pen': one('fountain-pen', undefined, { lay: 'flat', hue: 40 }),
  'pocketwren-emerald-fountain-pen': one(
    'fountain-pen',
    { only: [220, 300], to: 160 },
    { lay: 'flat', hue: 350, flip: true },
  ),
  'pocketwren-click-pen': one('pen', undefined, { lay: 'flat', hue: 85 }),
  'cedarpoint-pencils': many(
    slanted('pencil', [{ only: [8, 66], to: 190 }, undefined, { only: [8, 66], to: 330 }], 'rising', 1.24),
    { lay: 'flat', hue: 75 },
  ),
  'chubbs-wax-crayons': many(slanted('crayon', [{ turn: -110 }, undefined, { turn: 130 }], 'rising', 1.22), {
    lay: 'flat',
    hue: 20,
  }),
  'scribe-drawing-nib': one('black-nib', undefined, { lay: 'flat', hue: 20, tone: 'mid' }),
  'larkspur-pocket-notebook': one('notebook', undefined, { lay: 'flat', hue: 345, turn: -7 }),
  'larkspur-confetti-notebook': one('notebook-with-decorative-cover', undefined, { lay: 'flat', hue: 190, turn: 7 }),
  'larkspur-ring-ledger': one('ledger', undefined, { lay: 'flat', hue: 250, turn: -6 }),
  'larkspur-reporters-pad': one('spiral-notepad', undefined, { lay: 'flat', hue: 25, tone: 'mid', turn: 6 }),
  'meridian-folded-world-map': one('world-map', undefined, { lay: 'flat', hue: 60, scale: 1.06 }),
  'larkspur-letter-set': one('love-letter', undefined, { lay: 'flat', hue: 10, tone: 'mid', turn: -6 }),
  'pigment-house-palette': one('artist-palette', undefined, { lay: 'flat', hue: 205 }),
  'pigment-house-brush': one('paintbrush', undefined, { lay: 'flat', hue: 90 }),
  'snips-craft-scissors': one('scissors', undefined, { lay: 'flat', hue: 170 }),
  'skein-merino-yarn': one('yarn', undefined, { hue: 30, lay: 'flat' }),
  'skein-cotton-thread': one('thread', undefined, { hue: 350, shape: 'arch' }),
  'setsquare-ruler-set': many(
    [
      { icon: 'triangular-ruler', scale: 1.1 },
      { icon: 'straight-ruler', scale: 1.1 },
    ],
    { lay: 'flat', hue: 20, tone: 'mid' },
  ),
  // Food and drink
  'goodlarder-heather-honey': one('honey-pot', undefined, { hue: 90, shape: 'arch' }),
  'goodlarder-nocellara-olives': many(
    [
      { icon: 'olive', scale: 0.86 },
      { icon: 'olive', flip: true, scale: 0.86 },
      { icon: 'olive', scale: 0.86 },
    ],
    { hue: 110 },
  ),
  'goodlarder-red-kidney-beans': one('beans', undefined, { lay: 'flat', hue: 75 }),
  'goodlarder-plum-tomatoes': one('canned-food', undefined, { hue: 145, shape: 'arch' }),
  'saltworks-sea-salt': one('salt', undefined, { hue: 220, tone: 'mid', shape: 'disc' }),
  'hearthfire-chilli-pepper': one('hot-pepper', undefined, { lay: 'flat', hue: 85 }),
  'firnwald-mountain-cheese': one('cheese-wedge', undefined, { hue: 35, shape: 'hill' }),
  'goodlarder-roast-peanuts': one('peanuts', undefined, { lay: 'flat', hue: 180 }),
  'sugarbird-dark-chocolate': one('chocolate-bar', undefined, { lay: 'flat', hue: 60 }),
  'oven-row-oat-cookies': many([{ icon: 'cookie', turn: 40 }, { icon: 'cookie', turn: -70 }, { icon: 'cookie' }], {
    lay: 'flat',
    hue: 195,
  }),
  'oven-row-country-loaf': one('bread', undefined, { hue: 140, shape: 'arch' }),
  'oven-row-pretzels': one('pretzel', undefined, { lay: 'flat', hue: 225 }),
  'sugarbird-swirl-lollipop': one('lollipop', undefined, { lay: 'flat', hue: 340 }),
  'sugarbird-humbug-sweets': one('candy', undefined, { lay: 'flat', hue: 15 }),
  'sparrow-press-elderflower-fizz': one('bottle-with-popping-cork', undefined, { lay: 'flat', hue: 105 }),
  'sparrow-press-apple-juice': one('beverage-box', undefined, { hue: 25, shape: 'sun' }),
  'meadow-whole-milk': one('glass-of-milk', undefined, { hue: 235, tone: 'mid', shape: 'arch', scale: 0.95 }),
  // Fashion
  'wayfold-camel-coat': one('coat', undefined, { lay: 'flat', hue: 200 }),
  'wayfold-organic-tee': one('t-shirt', undefined, { lay: 'flat', hue: 90 }),
  'wayfold-pink-tee': one('womans-clothes', undefined, { lay: 'flat', hue: 300 }),
  'selvedge-straight-jeans': one('jeans', undefined, { lay: 'flat', hue: 55 }),
  'wayfold-summer-dress': one('dress', undefined, { lay: 'flat', hue: 350 }),
  'wayfold-garnet-dress': one('dress', { to: 15, lift: -0.08 }, { lay: 'flat', hue: 30, flip: true }),
  'solveig-walking-socks': one('socks', undefined, { lay: 'flat', hue: 160 }),
  'kaze-printed-robe': one('kimono', undefined, { lay: 'flat', hue: 10 }),
  'tidewater-running-shoes': one('running-shoe', undefined, { lay: 'flat', hue: 310, shape: 'slant' }),
  'tidewater-ember-trainers': one(
    'running-shoe',
    { to: 45, chroma: 1.8, atLeast: 0.03 },
    { lay: 'flat', hue: 190, flip: true },
  ),
  'fellwater-hiking-boots': one('hiking-boot', undefined, { hue: 145, shape: 'hill' }),
  'heron-derby-shoes': one('mans-shoe', to(45, { chroma: 1.3 }), { hue: 60, shape: 'arch' }),
  'tidewater-beach-sandals': many(
    [
      { icon: 'thong-sandal', turn: -8 },
      { icon: 'thong-sandal', flip: true, turn: 10 },
    ],
    {
      lay: 'flat',
      hue: 80,
    },
  ),
  'heron-scarlet-boots': one('womans-boot', undefined, { hue: 340, shape: 'arch' }),
  'heron-top-handle-handbag': one('handbag', undefined, { hue: 20, shape: 'arch' }),
  'heron-blush-clutch': one('clutch-bag', undefined, { hue: 195, shape: 'disc', tone: 'mid' }),
  'roamwell-cabin-suitcase': one('luggage', undefined, { hue: 65, shape: 'sun' }),
  'roamwell-olive-suitcase': one(
    'luggage',
    { to: 115, chroma: 0.6, lift: -0.06 },
    { hue: 20, shape: 'pane', flip: true },
  ),
  'heron-leather-briefcase': one('briefcase', to(45, { chroma: 1.2 }), { hue: 200, shape: 'disc' }),
  'quarterhour-field-watch': one('watch', undefined, { lay: 'flat', hue: 70 }),
  'quarterhour-rose-watch': one('watch', { only: 'colour', to: 5, chroma: 0.8 }, { lay: 'flat', hue: 330, turn: 8 }),
  'marlowe-round-sunglasses': one('sunglasses', undefined, { hue: 75, lay: 'flat', scale: 1.06 }),
  'marlowe-reading-glasses': one('glasses', undefined, { hue: 345, lay: 'flat', scale: 1.06 }),
  'solveig-red-scarf': one('scarf', undefined, { lay: 'flat', hue: 220 }),
  'solveig-pine-scarf': one('scarf', { to: 165, chroma: 0.55, lift: -0.06 }, { lay: 'flat', hue: 60, flip: true }),
  'drizzle-storm-umbrella': one('umbrella', undefined, { hue: 235, lay: 'flat' }),
  'brim-straw-sun-hat': one('womans-hat', undefined, { hue: 205, shape: 'sun' }),
  'brim-baseball-cap': one('billed-cap', undefined, { hue: 40, shape: 'arch' }),
  // Music
  'cadenza-electric-guitar': one('guitar', undefined, { lay: 'flat', hue: 60 }),
  'cadenza-surf-guitar': one(
    'guitar',
    { only: [335, 40], to: 185, chroma: 0.55, lift: 0.12 },
    { lay: 'flat', hue: 20, flip: true },
  ),
  'bellwether-student-violin': one(
    'violin',
    { only: [0, 60], to: 50, chroma: 1.5, lift: 0.03 },
    { lay: 'flat', hue: 85 },
  ),
  'bellwether-open-back-banjo': one('banjo', undefined, { lay: 'flat', hue: 160 }),
  'northbank-pocket-keyboard': one('musical-keyboard', undefined, { lay: 'flat', hue: 310, tone: 'mid' }),
  'bellwether-brass-trumpet': one('trumpet', undefined, { lay: 'flat', hue: 275, tone: 'mid' }),
  'bellwether-alto-saxophone': one('saxophone', undefined, { hue: 250, lay: 'flat' }),
  'skinner-marching-drum': one('drum', undefined, { hue: 85, shape: 'rings' }),
  'skinner-hand-drum': one('long-drum', undefined, { hue: 120, shape: 'arch' }),
  'skinner-maracas': one('maracas', undefined, { lay: 'flat', hue: 320 }),
  'bellwether-wooden-flute': one('flute', undefined, { lay: 'flat', hue: 200 }),
}
