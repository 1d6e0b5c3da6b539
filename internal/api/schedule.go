package api

import (
	"fmt"
	"strconv"
	"strings"
)

var uploadName = newForm(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,90}\.csv$`)

// uploadID is a name of 1 to 40 letters and digits.
var uploadID = newForm(`^[a-z0-9]{1,40}$`)

// Check says what is wrong with the times of a schedule.
func (s Schedule) Check() error {
	if s.State != ScheduleActive && s.State != SchedulePaused {
		return invalid("state is active or paused")
	}
	if (s.Every == "") == (s.Cron == "") {
		return invalid("one of every and cron is given")
	}
	_, err := s.Expression()
	return err
}

var everyForm = newForm(`^([1-9][0-9]{0,4})([mhd])$`)

// leastMinutes keeps a schedule from asking a help desk all the time for what is
// new: a run of a delta takes some minutes by itself.
const leastMinutes = 5

// Expression is the schedule as EventBridge Scheduler wants it:
// "rate(15 minutes)", "cron(0 2 ? * MON-FRI *)".
func (s Schedule) Expression() (string, error) {
	if s.Every != "" {
		return s.rate()
	}
	return s.cron()
}

func (s Schedule) rate() (string, error) {
	m := everyForm().FindStringSubmatch(s.Every)
	if m == nil {
		return "", invalid("every is a number with m, h or d, such as 15m")
	}
	n, _ := strconv.Atoi(m[1]) // five digits
	if m[2] == "m" && n < leastMinutes {
		return "", invalid(fmt.Sprintf("every is %d minutes at least", leastMinutes))
	}
	unit := map[string]string{"m": "minute", "h": "hour", "d": "day"}[m[2]]
	if n > 1 {
		unit += "s"
	}
	return fmt.Sprintf("rate(%d %s)", n, unit), nil
}

// A cronField is one of the five of a cron line.
type cronField struct {
	name      string
	low, high int
	names     []string // from low on
}

var (
	months     = strings.Fields("JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC")
	weekdays   = strings.Fields("SUN MON TUE WED THU FRI SAT")
	cronFields = []cronField{{"minute", 0, 59, nil}, {"hour", 0, 23, nil}, {"day of the month", 1, 31, nil},
		{"month", 1, 12, months}, {"day of the week", 0, 6, weekdays}}
)

// cron turns five fields into six: a year, one of the two days left open, and the
// days of the week by name, because EventBridge counts them from 1.
func (s Schedule) cron() (string, error) {
	fields := strings.Fields(s.Cron)
	if len(fields) != len(cronFields) {
		return "", invalid("cron has five fields: minute, hour, day of the month, month, day of the week")
	}
	for i, f := range cronFields {
		var err error
		if fields[i], err = f.read(fields[i]); err != nil {
			return "", err
		}
	}
	switch {
	case fields[4] == "*":
		fields[4] = "?"
	case fields[2] == "*":
		fields[2] = "?"
	default:
		return "", invalid("cron gives a day of the month or days of the week, not both")
	}
	return "cron(" + strings.Join(fields, " ") + " *)", nil
}

// read checks one field: * or a list of values and ranges, each with a step.
func (f cronField) read(text string) (string, error) {
	items := strings.Split(text, ",")
	for i, item := range items {
		span, step, stepped := strings.Cut(item, "/")
		if n, err := strconv.Atoi(step); stepped && (err != nil || n < 1 || n > f.high) {
			return "", f.wrong()
		}
		if span != "*" {
			var err error
			if span, err = f.span(span); err != nil {
				return "", err
			}
		}
		if items[i] = span; stepped {
			items[i] += "/" + step
		}
	}
	return strings.Join(items, ","), nil
}

func (f cronField) span(text string) (string, error) {
	low, high, ranged := strings.Cut(text, "-")
	from, ok := f.value(low)
	to := from
	if ranged && ok {
		to, ok = f.value(high)
	}
	if !ok || from > to {
		return "", f.wrong()
	}
	if !ranged {
		return f.word(from), nil
	}
	return f.word(from) + "-" + f.word(to), nil
}

func (f cronField) value(text string) (int, bool) {
	for i, name := range f.names {
		if strings.EqualFold(text, name) {
			return f.low + i, true
		}
	}
	n, err := strconv.Atoi(text)
	if f.low == 0 && f.high == 6 && n == 7 {
		n = 0 // Sunday, as cron also has it
	}
	return n, err == nil && n >= f.low && n <= f.high && !strings.HasPrefix(text, "+")
}

func (f cronField) word(n int) string {
	if f.names == nil {
		return strconv.Itoa(n)
	}
	return f.names[n-f.low]
}

func (f cronField) wrong() error {
	return invalid("cron: the " + f.name + " is not one")
}
