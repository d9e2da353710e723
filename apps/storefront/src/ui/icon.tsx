import { styled } from './styled.ts'

/** Line symbols of one weight. They are decoration: the name stands beside them, or on the button around them. */
const paths = {
  search: 'M10.8 18.1a7.3 7.3 0 1 0 0-14.6 7.3 7.3 0 0 0 0 14.6ZM16.2 16.2 20.5 20.5',
  bag: 'M5.2 8.5h13.6l1 10.2a1.8 1.8 0 0 1-1.8 1.9H6a1.8 1.8 0 0 1-1.8-1.9zM8.4 11V7a3.6 3.6 0 0 1 7.2 0v4',
  person: 'M12 11.6a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4.4 20.4c.9-3.5 3.9-5.5 7.6-5.5s6.7 2 7.6 5.5',
  menu: 'M3.5 7h17M3.5 12h17M3.5 17h17',
  close: 'M5.5 5.5l13 13M18.5 5.5l-13 13',
  left: 'M14.5 5.5 8 12l6.5 6.5',
  right: 'M9.5 5.5 16 12l-6.5 6.5',
  down: 'M5.5 9 12 15.5 18.5 9',
  up: 'M5.5 15 12 8.5 18.5 15',
  arrow: 'M4 12h15.5M13.5 6l6 6-6 6',
  check: 'M4.5 12.5 9.5 17.5 19.5 6.5',
  plus: 'M12 5v14M5 12h14',
  minus: 'M5 12h14',
  trash: 'M4.5 6.5h15M9.5 6V4.2h5V6M6.5 6.5l.8 13.3h9.4l.8-13.3M10.2 10.5v5.5M13.8 10.5v5.5',
  heart: 'M12 20s-7.5-4.6-7.5-10.1A4.2 4.2 0 0 1 12 7.4a4.2 4.2 0 0 1 7.5 2.5C19.5 15.4 12 20 12 20Z',
  sun: 'M12 16.2a4.2 4.2 0 1 0 0-8.4 4.2 4.2 0 0 0 0 8.4ZM12 2.8v1.9M12 19.3v1.9M2.8 12h1.9M19.3 12h1.9M5.5 5.5l1.3 1.3M17.2 17.2l1.3 1.3M18.5 5.5l-1.3 1.3M6.8 17.2l-1.3 1.3',
  moon: 'M19.8 14.2A8 8 0 0 1 9.8 4.2a8 8 0 1 0 10 10Z',
  screen: 'M3.5 5h17v11.5h-17zM8.5 20h7',
  filter:
    'M4 7h9M17 7h3M4 17h3M11 17h9M15 9.2a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4ZM9 19.2a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4Z',
  truck:
    'M2.8 6h11.4v10.5H2.8zM14.2 9.5h3.6l3.4 3.4v3.6h-7M7 19a2 2 0 1 0 0-4 2 2 0 0 0 0 4ZM17.3 19a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z',
  back: 'M4 9.5h10.5a5 5 0 0 1 0 10H9M8 5.5l-4 4 4 4',
  shield: 'M12 3.2 5 5.8v5.6c0 4.3 2.8 7.7 7 9.4 4.2-1.7 7-5.1 7-9.4V5.8zM8.8 12l2.3 2.3 4.2-4.6',
  globe:
    'M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17ZM3.5 12h17M12 3.5c2.4 2.3 3.6 5.2 3.6 8.5s-1.2 6.2-3.6 8.5c-2.4-2.3-3.6-5.2-3.6-8.5S9.6 5.8 12 3.5Z',
  alert: 'M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17ZM12 7.8v5M12 16.2v.1',
  box: 'M12 3.2 4 7.4v9.2l8 4.2 8-4.2V7.4zM4 7.4l8 4.3 8-4.3M12 11.7v9.1',
  clock: 'M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17ZM12 7.2V12l3.2 2',
  star: 'M12 3.6l2.6 5.3 5.8.8-4.2 4.1 1 5.8-5.2-2.7-5.2 2.7 1-5.8-4.2-4.1 5.8-.8z',
  external: 'M13.5 4.5h6v6M19.5 4.5l-8.5 8.5M10 5.5H5.5a1 1 0 0 0-1 1v12a1 1 0 0 0 1 1h12a1 1 0 0 0 1-1V14',
  edit: 'M4.5 19.5l1-4.5L16 4.5l3.5 3.5L9 18.5zM13.5 7l3.5 3.5',
  lock: 'M5.5 10.5h13v9.5h-13zM8.5 10.5V7.2a3.5 3.5 0 0 1 7 0v3.3',
  phone: 'M7 2.8h10v18.4H7zM11 18.2h2',
  eye: 'M2.8 12S6 5.8 12 5.8 21.2 12 21.2 12 18 18.2 12 18.2 2.8 12 2.8 12ZM12 14.8a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6Z',
  hidden:
    'M4 4l16 16M9.9 6.1A9 9 0 0 1 12 5.8c6 0 9.2 6.2 9.2 6.2a15 15 0 0 1-2.8 3.5M6.3 7.6A14.5 14.5 0 0 0 2.8 12S6 18.2 12 18.2a9 9 0 0 0 4.3-1.1M10 10a2.8 2.8 0 0 0 4 4',
  dot: 'M12 14.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Z',
  mail: 'M3.5 5.5h17v13h-17zM4 6.5l8 6.5 8-6.5',
  bell: 'M6.5 16.5V11a5.5 5.5 0 0 1 11 0v5.5l1.7 1.7H4.8zM10.2 20.8h3.6',
  pin: 'M12 21s7-6.3 7-11.5a7 7 0 0 0-14 0C5 14.7 12 21 12 21ZM12 12a2.6 2.6 0 1 0 0-5.2 2.6 2.6 0 0 0 0 5.2Z',
  download: 'M12 4v11.5M7 11l5 5 5-5M4.5 20h15',
  copy: 'M8.5 8.5h11.5v11.5H8.5zM5.5 15.5H4V4h11.5v1.5',
  leave: 'M14 4.5h5.5v15H14M4 12h11M10.5 7l5 5-5 5',
  grid: 'M4 4h6.5v6.5H4zM13.5 4H20v6.5h-6.5zM4 13.5h6.5V20H4zM13.5 13.5H20V20h-6.5z',
} as const

export type IconName = keyof typeof paths

const Drawing = styled('svg')({
  width: '1em',
  height: '1em',
  fontSize: 22,
  flex: 'none',
  fill: 'none',
  stroke: 'currentColor',
  strokeWidth: 1.6,
  strokeLinecap: 'round',
  strokeLinejoin: 'round',
})

export function Icon({ name, size, filled }: { name: IconName; size?: number; filled?: boolean }) {
  return (
    <Drawing
      viewBox="0 0 24 24"
      aria-hidden="true"
      focusable="false"
      style={{ ...(size ? { fontSize: size } : {}), ...(filled ? { fill: 'currentColor' } : {}) }}
    >
      <path d={paths[name]} />
    </Drawing>
  )
}
