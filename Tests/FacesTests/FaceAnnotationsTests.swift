import Faces
import Imaging
import TestSupport
import Testing

@Suite struct FaceAnnotationsTests {
  @Test func everyBoxOfALineOrOfSeveral() throws {
    let table = """
      file,x,y,w,h,score,kind,use,mask,Source
      street/1.jpg,1,2,30,40,0.9,hand,train,mask,a
      street/1.jpg,50,2,10,12,,auto,ignore,,a
      street/1.jpg,70,2,15,20,0.8,auto,,,a
      street/2.jpg,,,,,,,,,b

      """
    let boxes = try FaceAnnotations(table, path: "index.csv")
    #expect(boxes.count == 2)
    let faces = try #require(boxes.faces(in: "photos/street/1.jpg"))
    #expect(faces.map(\.box.width) == [30, 10, 15] && faces.map(\.isIgnored) == [false, true, false])
    #expect(faces.map(\.kind) == [.hand, .auto, .auto] && faces.map(\.mask) == ["mask", "", ""])
    #expect(faces.allSatisfy { $0.source == "a" })
    #expect(boxes.faces(in: "street/2.jpg") == [] && boxes.faces(in: "street/3.jpg") == nil)

    let list = try FaceAnnotations("file,boxes\n1.jpg,1 2 30 40;5 5 10 10\n", path: "t.csv")
    #expect(list.faces(in: "1.jpg")?.map(\.box.width) == [30, 10])
  }

  @Test(arguments: [
    ("file,x,y,w,h,use\na,1,2,30,40,yes\n", 2, "neither train nor ignore"),
    ("file,x,y,w,h,kind\na,1,2,30,40,\nb,1,2,30,40,Haar\n", 3, "neither hand nor auto"),
    ("file,x,y,w,h\na,1,2,30,x\n", 2, "no box"), ("file,use\na,train\n", 1, "names no columns"),
  ])
  func errorsNameTheLine(_ table: String, line: Int, words: String) throws {
    let error = try #require(caught(FaceBoxError.self) { try FaceAnnotations(table, path: "t.csv") })
    #expect(error.line == line && error.description.contains(words), "\(error)")
  }

  /// The boxes that people and a program draw around one face: a program's is 7 % taller and sits 8 % of its height
  /// higher.
  @Test func squaresOfOneFaceAreAlike() {
    var hand = FaceAnnotations.Face(FaceBox(x: 100, y: 100, width: 75, height: 93))
    var auto = FaceAnnotations.Face(FaceBox(x: 100, y: 89, width: 75, height: 100))
    let apart = hand.box.overlap(auto.box)
    (hand.kind, auto.kind) = (.hand, .auto)
    for face in [hand, auto] {
      #expect(abs(face.square.width - face.square.height) < 1e-3)
      #expect(face.square.overlap(face.box) > 0.7)
    }
    #expect(hand.square.overlap(auto.square) > max(0.9, apart))
    // Of a box that nobody knows more of, the longer side.
    let other = FaceAnnotations.Face(FaceBox(x: 10, y: 10, width: 20, height: 30))
    #expect(other.square == FaceBox(x: 5, y: 10, width: 30, height: 30))
  }
}
