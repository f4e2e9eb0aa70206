/** The user of every engine that may do all that Coffer gives away. No other user has this name, and it is there only while root is enabled. */
export const rootUser = 'root'
