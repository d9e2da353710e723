import type { CSSProperties, ReactNode, Ref } from 'react'
import { type TypeName, type as types } from '../look.ts'

export interface HeadingProps {
  level: 'h1' | 'h2' | 'h3' | 'h4'
  /** How large it is, where that is not what its level says. */
  look?: TypeName
  id?: string
  tabIndex?: number
  className?: string
  style?: CSSProperties
  ref?: Ref<HTMLHeadingElement>
  children?: ReactNode
}

/** A heading: its level says where it belongs, its look how large it is. */
export function Heading({ level: Level, look, style, ...rest }: HeadingProps) {
  return <Level style={{ ...types[look ?? Level], ...style }} {...rest} />
}
