module platform-stack.io/lab/pause

go 1.26
