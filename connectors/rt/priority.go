package rt

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/safeconduct/safeconduct/connectors"
)

// A priority is a word for the numbers from one on (%PriorityAsString). RT keeps
// numbers, and its API takes words for them when a ticket is changed and not when it is
// created.
type priority struct {
	word   string
	number int64
}

// ranks are RT's own words and numbers.
var ranks = []string{"Low=0", "Medium=50", "High=100"}

// parsePriorities reads words with their numbers, highest first.
func parsePriorities(all []string) (list []priority, err error) {
	for _, text := range all {
		word, number, _ := strings.Cut(text, "=")
		n, err := strconv.ParseInt(strings.TrimSpace(number), 10, 32)
		if word = strings.TrimSpace(word); err != nil || word == "" {
			return nil, fmt.Errorf("rt: %w: priorities: write each word with its number, as %s (%%PriorityAsString in RT_SiteConfig)", connectors.ErrSettings, strings.Join(ranks, ", "))
		}
		list = append(list, priority{word, n})
	}
	slices.SortFunc(list, func(a, b priority) int { return int(b.number - a.number) })
	return list, nil
}

// number is what RT keeps for a word.
func (d *desk) number(word string) (int64, bool) {
	i := slices.IndexFunc(d.priorities, func(p priority) bool { return p.word == word })
	if i < 0 {
		return 0, false
	}
	return d.priorities[i].number, true
}

// word is what people see for what RT keeps: the highest that the number reaches.
func (d *desk) word(kept loose) string {
	n, err := strconv.ParseInt(string(kept), 10, 64)
	if err != nil {
		return string(kept)
	}
	for _, p := range d.priorities {
		if n >= p.number {
			return p.word
		}
	}
	return string(kept)
}

func (d *desk) words() (all []string) {
	for i := range d.priorities {
		all = append(all, d.priorities[len(d.priorities)-1-i].word)
	}
	return all
}
