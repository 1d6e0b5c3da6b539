package api

import "testing"

func TestASchedulesTimesAreThoseOfEventBridge(t *testing.T) {
	for _, c := range []struct{ every, cron, want string }{
		{"15m", "", "rate(15 minutes)"}, {"1h", "", "rate(1 hour)"}, {"2d", "", "rate(2 days)"},
		{"", "0 2 * * *", "cron(0 2 * * ? *)"},
		{"", "*/15 8-18 * * mon-fri", "cron(*/15 8-18 ? * MON-FRI *)"},
		{"", "0 0 1,15 jan,7 *", "cron(0 0 1,15 JAN,JUL ? *)"},
		{"", "30 6 * * 0", "cron(30 6 ? * SUN *)"}, {"", "30 6 * * 7", "cron(30 6 ? * SUN *)"},
		{"", "30 6 * * 1-5", "cron(30 6 ? * MON-FRI *)"},
		{"4m", "", ""}, {"0h", "", ""}, {"1w", "", ""}, {"1.5h", "", ""}, {"", "0 2 * *", ""}, {"", "60 2 * * *", ""}, {"", "0 2 1 * 1", ""},
		{"", "0 2 * * 5-1", ""}, {"", "0 2 * 13 *", ""}, {"", "*/0 2 * * *", ""}, {"", "+5 2 * * *", ""}, {"", "0 2 * * ; rm", ""}, {"", "", ""}, {"1h", "0 2 * * *", ""},
	} {
		s := Schedule{Every: c.every, Cron: c.cron, State: ScheduleActive}
		err := s.Check()
		got := ""
		if err == nil {
			got, err = s.Expression()
		}
		if got != c.want || (err != nil) != (c.want == "") {
			t.Errorf("every %q cron %q: %q, %v; want %q", c.every, c.cron, got, err, c.want)
		}
	}
}
