// Package web is what a person with a browser sees of Safeconduct on one machine:
// one page that tells how a migration stands, and the door before it.
//
// The page is rendered here and works without a script; the script only asks for
// it again, by its ETag, and puts in what has changed. It shows references,
// counts and names, as the API does. What it says stands in texts/<language>.txt.
//
// The door listens on loopback only. Whoever holds the link that was printed once
// gets in; other pages of the browser, and names that lead to this machine, do not.
package web
