// Package livetest gives tests real help desks, plans between them and the program
// that runs them, and says whether what was to arrive did.
package livetest
