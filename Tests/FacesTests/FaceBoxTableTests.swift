import Faces
import Imaging
import TestSupport
import Testing

@Suite struct FaceBoxesTests {
  @Test(arguments: [
    "file,x,y,w,h\nhappy/1.jpg,1,2,30,40\nsad/2.png,,,,\n",
    "\u{FEFF}Height,WIDTH,Y,X,Path\r\n40,30,2,1,happy/1.jpg\r\n,,,,sad/2.png\r\n",
    "x0,y0,x1,y1,image\n1,2,31,42,happy/1.jpg\n,,,,sad/2.png",
    "file;x;y;w;h\nhappy\\1.jpg;1;2;30,0;40,0\nsad\\2.png;;;;\n",
    "sep=;\r\nfile;x;y;w;h\r\n./happy/1.jpg;1;2;30;40\r\nsad/2.png;;;;\r\n",
    "file\tx\ty\tw\th\rhappy/1.jpg\t1\t2\t30\t40\rsad/2.png\t\t\t\t\r",
    "file , x, y, w, h\n happy/1.jpg , 1, 2,\t30, 40 \n sad/2.png, , , ,\n \n",
    "file,boxes\n\"happy/1.jpg\" , 5 5 10 10; 1\t2 30 40\nsad/2.png,\n",
    "file,note,haar_boxes\nhappy/1.jpg,\"two, \"\"far\"\"\nones\",5 5 10 10;1 2 30 40\nsad/2.png,,\n\n",
  ])
  func readsEveryForm(_ table: String) throws {
    let boxes = try FaceBoxTable(table, path: "index.csv")
    #expect(boxes.count == 1)
    #expect(boxes.box(for: "photos/train/happy/1.jpg") == FaceBox(x: 1, y: 2, width: 30, height: 40))
    #expect(boxes.box(for: "1.jpg") == nil && boxes.box(for: "unhappy/1.jpg") == nil)
    #expect(boxes.names("/sad/2.png") && boxes.box(for: "/sad/2.png") == nil && !boxes.names("2.png"))
  }

  @Test(
    arguments: [
      ("", nil, "empty"), ("file,width\na,1\n", 1, "names no columns"), ("file,x,y,w,h\na,1,2,3\n", 2, "has 4 values"),
      ("file,x,y,w,h\na,1,2,3,4\nb,1,2,3,x\n", 3, "'1 2 3 x'"), ("file,x,y,w,h\na,1,2,0,4\n", 2, "no width"),
      ("file,boxes\na,1 2 3\n", 2, "no box"), ("file,x,y,w,h\na,1,2,nan,4\n", 2, "no box"),
      ("file,x,y,w,h\n,1,2,3,4\n", 2, "names no file"),
      ("file,x,y,w,h\na,1,2,30,40\nb,0.1,0.2,0.3,0.4\n", 3, "in shares of the picture"),
      ("file;x;y;w;h\na;1;2;3;4;5\n", 2, "has 6 values"),
    ] as [(String, Int?, String)])
  func errorsNameTheLine(_ table: String, line: Int?, words: String) throws {
    let error = try #require(caught(FaceBoxError.self) { try FaceBoxTable(table, path: "t.csv") })
    #expect(error.line == line && error.description.contains(words), "\(error)")
  }

  @Test func namesFromAnotherMachineAreFoundByTheirEnds() throws {
    let table = """
      file,x,y,w,h
      /home/me/photos/happy/1.jpg,1,2,30,40
      C:\\data\\happy\\2.jpg,2,2,30,40
      ../old/sad/3.jpg,3,2,30,40
      /one/sad/4.jpg,4,2,30,40
      /two/sad/4.jpg,5,2,30,40

      """
    let boxes = try FaceBoxTable(table, path: "index.csv")
    for number in 1...3 {
      let name = (number < 3 ? "happy" : "sad") + "/\(number).jpg"
      #expect(boxes.box(for: "photos/train/" + name)?.x == Float(number), "\(name)")
      // A file's name alone, or in another folder, says too little.
      #expect(boxes.box(for: "\(number).jpg") == nil && boxes.box(for: "other/\(number).jpg") == nil)
    }
    #expect(boxes.box(for: "photos/sad/4.jpg") == nil && boxes.box(for: "two/sad/4.jpg")?.x == 5)
  }

  @Test func sixteenBitTextIsRead() throws {
    let folder = try TemporaryFolder()
    let text = Array("file\tx\ty\tw\th\r\nhäppy.jpg\t1\t2\t30\t40\r\n".utf16)
    let little = text.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] },
      big = text.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }
    for bytes in [[0xFF, 0xFE] + little, [0xFE, 0xFF] + big, little, big] {
      try folder.write(bytes, as: FaceBoxTable.defaultName)
      #expect(try FaceBoxTable.found(in: folder.path(""))?.box(for: "a/häppy.jpg")?.width == 30)
    }
    for bad in [[0xFF, 0xFE] + little.dropLast(), Array("file,x,y,w,h\n".utf8) + [0xE9] + Array(",1,2,3,4\n".utf8)] {
      try folder.write(bad, as: FaceBoxTable.defaultName)
      let error = try #require(caught(FaceBoxError.self) { try FaceBoxTable.found(in: folder.path("")) as Any })
      #expect(error.reason.contains("UTF-8 or UTF-16"))
    }
  }

  @Test func anIndexOfSomethingElseIsNoTable() throws {
    let folder = try TemporaryFolder()
    #expect(try FaceBoxTable.found(in: folder.path(""))?.count == nil)
    try folder.write(Array("file,author\na.jpg,me\n".utf8), as: FaceBoxTable.defaultName)
    #expect(try FaceBoxTable.found(in: folder.path(""))?.count == nil)
    try folder.write(Array("file,x,y,w,h\na.jpg,1,2,3,4\n".utf8), as: FaceBoxTable.defaultName)
    #expect(try FaceBoxTable.found(in: folder.path(""))?.count == 1)
  }
}
