// Logs in by pgx, once for each line of standard input. See drivers.ts.
package main

import (
	"bufio"
	"context"
	"encoding/base64"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

func logIn(connection, password string) (string, error) {
	config, err := pgx.ParseConfig(connection)
	if err != nil {
		return "", err
	}
	if password != "" {
		config.Password = password
	}
	bounded, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	session, err := pgx.ConnectConfig(bounded, config)
	if err != nil {
		return "", err
	}
	defer session.Close(bounded)
	var seen string
	err = session.QueryRow(bounded, os.Args[1]).Scan(&seen)
	return seen, err
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		fields := strings.Split(lines.Text(), "\t")
		connection, _ := base64.StdEncoding.DecodeString(fields[0])
		password, _ := base64.StdEncoding.DecodeString(fields[1])
		seen, err := logIn(string(connection), string(password))
		if err != nil {
			fmt.Println("error: " + strings.ReplaceAll(err.Error(), "\n", " "))
		} else {
			fmt.Println(seen)
		}
	}
}
