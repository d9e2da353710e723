import type { Language } from '../language.ts'

/**
 * Names of attributes. A shop may give its products any: one that is not here is shown by its own name, and the end of a
 * name says the unit (`weight_g`).
 */

const names: Record<string, Record<Language, string>> = {
  age_from: { en: 'Age from', de: 'Ab Jahren' },
  battery: { en: 'Battery', de: 'Akku' },
  battery_free: { en: 'Battery-free', de: 'Ohne Batterie' },
  brand: { en: 'Brand', de: 'Marke' },
  burn: { en: 'Burns for', de: 'Brenndauer' },
  capacity: { en: 'Capacity', de: 'Inhalt' },
  case_included: { en: 'Case included', de: 'Mit Koffer' },
  colour: { en: 'Colour', de: 'Farbe' },
  dimmable: { en: 'Dimmable', de: 'Dimmbar' },
  dishwasher_safe: { en: 'Dishwasher-safe', de: 'Spülmaschinenfest' },
  film_format: { en: 'Film format', de: 'Filmformat' },
  flat_packed: { en: 'Flat-packed', de: 'Zerlegt geliefert' },
  foldable: { en: 'Foldable', de: 'Faltbar' },
  guarantee: { en: 'Guarantee', de: 'Garantie' },
  handmade: { en: 'Handmade', de: 'Handgemacht' },
  height: { en: 'Height', de: 'Höhe' },
  length: { en: 'Length', de: 'Länge' },
  level: { en: 'Level', de: 'Niveau' },
  light: { en: 'Light', de: 'Licht' },
  material: { en: 'Material', de: 'Material' },
  nib: { en: 'Nib', de: 'Feder' },
  organic: { en: 'Organic', de: 'Bio' },
  origin: { en: 'Origin', de: 'Herkunft' },
  oven_safe: { en: 'Oven-safe', de: 'Ofenfest' },
  packed_length: { en: 'Packed length', de: 'Packmaß' },
  pages: { en: 'Pages', de: 'Seiten' },
  pet_safe: { en: 'Pet-safe', de: 'Haustierfreundlich' },
  pieces: { en: 'Pieces', de: 'Teile' },
  players_max: { en: 'Players, up to', de: 'Spieler, höchstens' },
  refillable: { en: 'Refillable', de: 'Nachfüllbar' },
  rider_age_from: { en: 'Rider’s age from', de: 'Fahrer ab Jahren' },
  ruling: { en: 'Ruling', de: 'Lineatur' },
  season: { en: 'Season', de: 'Jahreszeit' },
  size: { en: 'Size', de: 'Größe' },
  sizes: { en: 'Sizes', de: 'Größen' },
  vegan: { en: 'Vegan', de: 'Vegan' },
  warranty: { en: 'Warranty', de: 'Gewährleistung' },
  waterproof: { en: 'Waterproof', de: 'Wasserdicht' },
  weight: { en: 'Weight', de: 'Gewicht' },
  width: { en: 'Width', de: 'Breite' },
  wireless: { en: 'Wireless', de: 'Kabellos' },
}

const units: [suffix: string, unit: Record<Language, string>][] = [
  ['_kg', { en: 'kg', de: 'kg' }],
  ['_g', { en: 'g', de: 'g' }],
  ['_cm', { en: 'cm', de: 'cm' }],
  ['_mm', { en: 'mm', de: 'mm' }],
  ['_ml', { en: 'ml', de: 'ml' }],
  ['_l', { en: 'l', de: 'l' }],
  ['_hours', { en: 'hours', de: 'Stunden' }],
  ['_years', { en: 'years', de: 'Jahre' }],
]

export interface AttributeName {
  label: string
  /** What numbers are counted in, with a space before it. */
  unit: string
}

/** How an attribute is called: `weight_g` → Weight, in g. */
export function attributeName(key: string, language: Language): AttributeName {
  const found = names[key] ? undefined : units.find(([suffix]) => key.endsWith(suffix))
  const bare = found ? key.slice(0, -found[0].length) : key
  const words = bare.replaceAll('_', ' ')
  return {
    label: names[bare]?.[language] ?? words.charAt(0).toUpperCase() + words.slice(1),
    unit: found ? `\u00a0${found[1][language]}` : '',
  }
}
