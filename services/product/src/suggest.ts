export async function suggest(..._: any[]): Promise<any> { throw new Error('todo') }
