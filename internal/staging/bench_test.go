package staging_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/staging"
)

// tickets are like those that the budget was set with: about 5 KB each with five
// comments, words that follow no pattern. The budget of extract is 13 CPU-s for
// 100,000 of them, reading and JSON included, so a segment of 100 has 13 ms;
// zstd's fastest level alone takes some 2 ms of it (aws.md, part C, 2).
func tickets(n int) []helpdesk.Record {
	r := rand.New(rand.NewPCG(1, 2))
	words := make([]string, 3000)
	for i := range words {
		b := make([]byte, 2+r.IntN(9))
		for j := range b {
			b[j] = byte('a' + r.IntN(26))
		}
		words[i] = string(b)
	}
	text := func(n int) string {
		var b strings.Builder
		for b.Len() < n {
			b.WriteString(words[int(float64(len(words))*r.Float64()*r.Float64())])
			b.WriteByte(' ')
		}
		return b.String()
	}
	all := make([]helpdesk.Record, n)
	for i := range all {
		all[i] = helpdesk.New(helpdesk.KindTicket, fmt.Sprint("t", i))
		all[i].Ticket.Subject, all[i].Ticket.Requester = text(60), fmt.Sprint("p", r.IntN(5000))
		for j := range 5 {
			all[i].Ticket.Comments = append(all[i].Ticket.Comments, helpdesk.Comment{
				Key: fmt.Sprint("c", j), Author: fmt.Sprint("p", r.IntN(5000)), Format: helpdesk.FormatHTML, Body: text(850)})
		}
	}
	return all
}

func marshalled(all []helpdesk.Record) (lines [][]byte, size int64) {
	for _, r := range all {
		b, err := json.Marshal(r)
		if err != nil {
			panic(err)
		}
		lines = append(lines, b)
		size += int64(len(b)) + 1
	}
	return lines, size
}

func BenchmarkSegment(b *testing.B) {
	r := newRoom(b)
	all := tickets(100)
	lines, size := marshalled(all)
	ctx := context.Background()
	run := func(name string, f func(l staging.Label)) {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(size)
			b.ReportAllocs()
			for b.Loop() {
				l := labelled("m1/segment")
				f(l)
				b.StopTimer()
				r.Delete(ctx, l.Object)
				b.StartTimer()
			}
		})
	}
	zip, _ := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1))
	run("ZstdAlone", func(staging.Label) {
		zip.Reset(io.Discard)
		for _, line := range lines {
			zip.Write(line)
		}
		zip.Close()
	})
	run("WriteRaw", func(l staging.Label) { r.write(b, l, lines...) })
	run("WriteRecords", func(l staging.Label) {
		_, err := staging.WriteSegment(ctx, r, r.ring, l, func(w *staging.SegmentWriter) error {
			for i := range all {
				if err := w.Write(&all[i]); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	})
}

func BenchmarkReadSegment(b *testing.B) {
	r, l := newRoom(b), labelled("m1/segment")
	lines, size := marshalled(tickets(100))
	w := r.write(b, l, lines...)
	b.SetBytes(size)
	b.ReportAllocs()
	b.ReportMetric(float64(w.Plain)/float64(w.Bytes), "ratio")
	for b.Loop() {
		n := 0
		for _, err := range staging.ReadSegment(context.Background(), r, r.ring, l) {
			if err != nil {
				b.Fatal(err)
			}
			n++
		}
		if n != 100 {
			b.Fatal(n)
		}
	}
}

func BenchmarkBlob(b *testing.B) {
	for _, size := range []int{20 << 10, 8 << 20} {
		content := noise(size)
		b.Run(fmt.Sprintf("%dKiB", size>>10), func(b *testing.B) {
			r, l := newRoom(b), labelled("m1/blob")
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				_, err := staging.WriteBlob(context.Background(), r, r.ring, l, bytes.NewReader(content))
				if err != nil {
					b.Fatal(err)
				}
				b.StopTimer()
				r.Delete(context.Background(), l.Object)
				b.StartTimer()
			}
		})
	}
}
