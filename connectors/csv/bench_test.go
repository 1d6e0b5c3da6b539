//go:build unix

package csv_test

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// BenchmarkExtract reads 100,000 tickets of 5 KB with five comments each, 550 MB,
// to the end. The budget is 5 CPU seconds.
func BenchmarkExtract(b *testing.B) {
	for _, order := range []string{"by ticket", "by time"} {
		b.Run(order, func(b *testing.B) {
			dir := os.Getenv("CSV_BENCH")
			if dir == "" {
				dir = b.TempDir()
			}
			size := writeDesk(b, dir, 100_000, order == "by time")
			b.SetBytes(size)
			b.ReportAllocs()
			before := cpu()
			for b.Loop() {
				records := 0
				src := source(b, dir)
				for c, last := connectors.Cursor(""), false; !last; {
					p, err := src.Page(b.Context(), helpdesk.KindTicket, c)
					if err != nil {
						b.Fatal(err)
					}
					records += len(p.Records)
					c, last = p.Next, p.Last
				}
				if records != 100_000 {
					b.Fatalf("%d records", records)
				}
				connectors.Close(src)
			}
			b.ReportMetric((cpu()-before).Seconds()/float64(b.N), "cpu-s/op")
		})
	}
}

// cpu is the time that this process has had, with the collector's. Unlike the
// time on the clock it does not depend on what else the machine does.
func cpu() time.Duration {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// writeDesk writes tickets with five comments each, grouped by ticket or in the
// order of their times, as help desks export them.
func writeDesk(b *testing.B, dir string, tickets int, byTime bool) int64 {
	b.Helper()
	var size int64
	write := func(name, header string, rows func(w *bufio.Writer)) {
		f, err := os.Create(filepath.Join(dir, name))
		if err != nil {
			b.Fatal(err)
		}
		w := bufio.NewWriterSize(f, 1<<20)
		fmt.Fprintln(w, header)
		rows(w)
		w.Flush()
		info, _ := f.Stat()
		size += info.Size()
		f.Close()
	}
	write("tickets.csv", "key,number,subject,status,category,priority,type,channel,requester,assignee,group,tags,created,updated,custom:Product", func(w *bufio.Writer) {
		for i := range tickets {
			fmt.Fprintf(w, "%d,AC-%d,\"Printer %d, again\",open,open,high,question,email,jane%d@example.test,sam@example.test,support,vip;print,2025-01-05T12:00:00Z,2025-01-06T12:00:00Z,LX-5\n", i, i, i, i%5000)
		}
	})
	body := strings.Repeat("Der Drucker druckt nicht, \"\"LX-5\"\" blinkt.\nWas können wir tun?\n\n", 15)
	write("comments.csv", "ticket,key,author,visibility,channel,format,body,created", func(w *bufio.Writer) {
		for i := range tickets * 5 {
			ticket := i / 5
			if byTime {
				ticket = i % tickets
			}
			fmt.Fprintf(w, "%d,c%d,jane%d@example.test,public,email,text,\"%s\",2025-01-05T12:00:00Z\n", ticket, i, ticket%5000, body)
		}
	})
	return size
}

// BenchmarkLoad writes tickets with two comments and a file each, a hundred at a
// time, and reads each back.
func BenchmarkLoad(b *testing.B) {
	to := target(b, filepath.Join(b.TempDir(), "desk"))
	before := cpu()
	for b.Loop() {
		for _, id := range create(b, to, tickets("m", 100)...) {
			if _, err := to.Read(b.Context(), helpdesk.KindTicket, id); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric((cpu()-before).Seconds()/float64(b.N), "cpu-s/op")
}
