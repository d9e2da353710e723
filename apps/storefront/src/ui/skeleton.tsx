import { styled } from './styled.ts'

export interface SkeletonProps {
  width?: number | string
  /** Of a line of text, unless said otherwise. */
  height?: number | string
  radius?: number
  ratio?: number
}

const Shape = styled('span')(({ theme }) => ({
  display: 'block',
  maxWidth: '100%',
  background: theme.vars.palette.ink.faint,
  animation: 'breathe 1.6s ease-in-out infinite',
  '@keyframes breathe': { '50%': { opacity: 0.45 } },
}))

/** A quiet shape in place of what is coming. */
export function Skeleton({ width = '100%', height = '1em', radius = 8, ratio }: SkeletonProps) {
  return (
    <Shape
      aria-hidden="true"
      style={{
        width,
        borderRadius: radius,
        ...(ratio ? { aspectRatio: String(ratio) } : { height, marginBlock: '0.3em' }),
      }}
    />
  )
}
