package main

import (
	"encoding/binary"
	"net"
	"strings"
)

// Of DNS messages (RFC 1035, section 4): what the header's flags and the records here need.
const (
	headerLength  = 12
	recursion     = 0x0100
	response      = 0x8580 // an authoritative answer, recursion desired and available
	nameError     = 3
	typeA         = 1
	classInternet = 1
	seconds       = 60
	pointerToName = 0xC00C // the name in the question, right after the header
)

// query returns a query for the address of a name.
func query(name string) []byte {
	message := binary.BigEndian.AppendUint16(nil, 1) // its id
	for _, field := range []uint16{recursion, 1, 0, 0, 0} {
		message = binary.BigEndian.AppendUint16(message, field)
	}
	for _, label := range strings.Split(name, ".") {
		message = append(append(message, byte(len(label))), label...)
	}
	message = append(message, 0)
	message = binary.BigEndian.AppendUint16(message, typeA)
	return binary.BigEndian.AppendUint16(message, classInternet)
}

// reply answers a query with one question from a table of lower-case names; nil for what is no query.
func reply(message []byte, table map[string]net.IP) []byte {
	name, end := question(message)
	if end == 0 {
		return nil
	}
	address, known := table[strings.ToLower(name)]
	flags, answers := uint16(response), uint16(0)
	if !known {
		flags |= nameError
	} else if binary.BigEndian.Uint16(message[end-4:]) == typeA {
		answers = 1
	}
	result := append([]byte{}, message[:2]...)
	for _, field := range []uint16{flags, 1, answers, 0, 0} {
		result = binary.BigEndian.AppendUint16(result, field)
	}
	result = append(result, message[headerLength:end]...)
	if answers == 1 {
		for _, field := range []uint16{pointerToName, typeA, classInternet, 0, seconds, net.IPv4len} {
			result = binary.BigEndian.AppendUint16(result, field)
		}
		result = append(result, address...)
	}
	return result
}

// question returns the name that a query asks for, and where its question ends; 0 for what is no query.
func question(message []byte) (string, int) {
	if len(message) < headerLength || message[2]&0x80 != 0 || binary.BigEndian.Uint16(message[4:]) != 1 {
		return "", 0
	}
	var labels []string
	at := headerLength
	for at < len(message) && message[at] != 0 {
		end := at + 1 + int(message[at])
		if message[at] > 63 || end >= len(message) {
			return "", 0
		}
		labels = append(labels, string(message[at+1:end]))
		at = end
	}
	if at+5 > len(message) {
		return "", 0
	}
	return strings.Join(labels, "."), at + 5
}
