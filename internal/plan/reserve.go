package plan

import (
	"fmt"
	"strconv"
	"strings"
)

// Reserves, in percent of what an account's API answers in a minute. With more than
// MostReserve a migration would hardly move.
const (
	DefaultReserve = 20
	MostReserve    = 90
)

// ParseReserve reads a reserve as plans and people write it: "40%".
func ParseReserve(text string) (percent int, err error) {
	n, err := strconv.Atoi(strings.TrimSuffix(text, "%"))
	if err != nil || !strings.HasSuffix(text, "%") || n < 0 || n > MostReserve {
		return 0, fmt.Errorf("reserve: write a share of the API's limit from 0%% to %d%%, such as %d%%", MostReserve, DefaultReserve)
	}
	return n, nil
}

// Reserved is the percentage of each account's API budget that is left to agents.
func (p *Plan) Reserved() int {
	if n, err := ParseReserve(p.Reserve); err == nil {
		return n
	}
	return DefaultReserve
}
