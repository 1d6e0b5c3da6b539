package workflow

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

func array(args []any) (any, error) { return args, nil }

func arrayPartition(args []any) (any, error) {
	a, ok := args[0].([]any)
	size, whole := rounded(args[1])
	if !ok {
		return nil, errNoArray
	}
	if !whole || size < 1 {
		return nil, errors.New("the chunk size must be a positive number")
	}
	parts := []any{}
	if size > int64(len(a)) {
		size = int64(max(len(a), 1))
	}
	for chunk := range slices.Chunk(a, int(size)) {
		parts = append(parts, chunk)
	}
	return parts, nil
}

func arrayContains(args []any) (any, error) {
	a, ok := args[0].([]any)
	if !ok {
		return nil, errNoArray
	}
	return slices.ContainsFunc(a, func(v any) bool { return equal(v, args[1]) }), nil
}

// arrayRange includes both ends.
func arrayRange(args []any) (any, error) {
	first, ok1 := rounded(args[0])
	last, ok2 := rounded(args[1])
	by, ok3 := rounded(args[2])
	if !ok1 || !ok2 || !ok3 {
		return nil, errNoNumber
	}
	if by == 0 {
		return nil, errors.New("the increment must not be zero")
	}
	steps := (float64(last) - float64(first)) / float64(by)
	if steps >= maxRange {
		return nil, fmt.Errorf("the range has more than %d values", maxRange)
	}
	values := []any{}
	for i := int64(0); i <= int64(math.Floor(steps)); i++ {
		values = append(values, number(first+i*by))
	}
	return values, nil
}

func arrayGetItem(args []any) (any, error) {
	a, ok := args[0].([]any)
	if !ok {
		return nil, errNoArray
	}
	i, ok := wholeNumber(args[1])
	if !ok || i < 0 || i >= int64(len(a)) {
		return nil, fmt.Errorf("the array of %d values has no such index", len(a))
	}
	return a[i], nil
}

func arrayLength(args []any) (any, error) {
	a, ok := args[0].([]any)
	if !ok {
		return nil, errNoArray
	}
	return number(int64(len(a))), nil
}

// arrayUnique keeps the first of each. Values that are equal need not be encoded
// alike (1 and 1.0), so it compares; the payload limit bounds the work.
func arrayUnique(args []any) (any, error) {
	a, ok := args[0].([]any)
	if !ok {
		return nil, errNoArray
	}
	unique := []any{}
	for _, v := range a {
		if !slices.ContainsFunc(unique, func(u any) bool { return equal(u, v) }) {
			unique = append(unique, v)
		}
	}
	return unique, nil
}
